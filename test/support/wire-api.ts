import { createSecretKey } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type * as z from 'zod';
import { ApiError, apiErrors, isApiErrorCode } from '../../src/api/api-error.ts';
import type { Operation } from '../../src/api/operation.ts';
import { operations, type OperationId } from '../../src/api/registry.ts';
import { fingerprintOf, keyIdOf, openValue, type EntryPlace } from '../../src/api/value-seal.ts';
import { curveKeyPair } from '../../src/keyring/curve-key.ts';

type Operations = typeof operations;

export interface RecordedCall {
  readonly id: string;
  readonly organization: string;
  readonly token: string | undefined;
  readonly input: unknown;
}

/** The fake's answers; an operation without one is `not_found`. */
export type Answers = {
  readonly [Id in OperationId]?: (
    input: z.output<Operations[Id]['input']>,
  ) => z.input<Operations[Id]['output']> | Promise<z.input<Operations[Id]['output']>>;
};

export interface WireApi {
  readonly url: string;
  readonly calls: readonly RecordedCall[];
  close(): Promise<void>;
}

/**
 * An orchestrator's wire without an orchestrator: it accepts what the registry allows, refuses anything else, and
 * records every call. Answers that do not fit the registry are refused too.
 */
export async function startWireApi(answers: Answers): Promise<WireApi> {
  const calls: RecordedCall[] = [];
  const server = createServer((request, response) => {
    void respond(request, answers, calls).then(({ status, body }) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: addressOf(server),
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

async function respond(
  request: IncomingMessage,
  answers: Answers,
  calls: RecordedCall[],
): Promise<{ status: number; body: unknown }> {
  try {
    return { status: 200, body: await answer(request, answers, calls) };
  } catch (error) {
    const problem = ApiError.is(error) ? error : new ApiError('internal_error', `the fake failed: ${String(error)}`);
    return {
      status: isApiErrorCode(problem.code) ? apiErrors[problem.code].status : 500,
      body: { error: problem.code, message: problem.message, hint: problem.hint },
    };
  }
}

async function answer(request: IncomingMessage, answers: Answers, calls: RecordedCall[]): Promise<unknown> {
  const url = new URL(request.url ?? '/', 'http://fake');
  for (const [id, operation] of Object.entries<Operation>(operations)) {
    const match = new RegExp(
      `^/api/v1/orgs/(?<org>[^/]+)${operation.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`,
    ).exec(url.pathname);
    if (request.method !== operation.method || match?.groups === undefined) continue;
    const { org = '', ...fromPath } = Object.fromEntries(
      Object.entries(match.groups).map(([name, text]) => [name, decodeURIComponent(text)]),
    );
    const rest: unknown =
      operation.method === 'GET' || operation.method === 'DELETE'
        ? Object.fromEntries(url.searchParams)
        : JSON.parse(await textOf(request));
    const named = { ...Object.fromEntries(url.searchParams), ...fromPath };
    if (id === 'secrets.sealingKey') return sealingKey();
    const input = operation.input.strict().safeParse({ ...(typeof rest === 'object' && rest), ...named });
    if (!input.success)
      throw new ApiError(
        'invalid_request',
        input.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
      );
    const known = await opened(id, org, input.data);
    calls.push({
      id,
      organization: org,
      token: request.headers.authorization?.replace('Bearer ', ''),
      input: known,
    });
    const give: unknown = Reflect.get(answers, id);
    if (typeof give !== 'function') throw new ApiError('not_found', `the fake has no answer to ${id}`);
    return operation.output.parse(await give(known));
  }
  throw new ApiError('not_found', `no operation is served at ${request.method} ${url.pathname}`);
}

const pair = curveKeyPair('x25519', createSecretKey(Buffer.alloc(32, 7)));

async function sealingKey(): Promise<unknown> {
  const fingerprint = await fingerprintOf(pair.publicKey);
  return { keyId: keyIdOf(fingerprint), publicKey: Buffer.from(pair.publicKey).toString('base64'), fingerprint };
}

/** The input with sealed values opened. A plain one is refused: kici-admin seals everything it writes. */
async function opened(
  id: string,
  organization: string,
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const privateKey = pair.privateKey.toCryptoKey('X25519', false, ['deriveBits']);
  const unseal = async (place: Omit<EntryPlace, 'organization'>, sealed: unknown): Promise<string> => {
    const result = await openValue({ ...pair, privateKey }, { ...place, organization }, String(sealed));
    if (result.kind !== 'opened') throw new ApiError('invalid_request', `${place.key} is ${result.kind}`);
    return Buffer.from(result.value).toString('base64');
  };
  if (id === 'secrets.set') {
    const { sealed, ...rest } = input;
    const place = { purpose: 'secret', scope: String(input['scope']), key: String(input['key']) } as const;
    return { ...rest, value: await unseal(place, sealed) };
  }
  const { sealedSettings, ...rest } = input;
  if (typeof sealedSettings !== 'object' || sealedSettings === null) return input;
  const secretSettings = await Promise.all(
    Object.entries(sealedSettings).map(async ([key, sealed]) => [
      key,
      await unseal({ purpose: 'backend setting', scope: String(input['name']), key }, sealed),
    ]),
  );
  return { ...rest, secretSettings: Object.fromEntries(secretSettings) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

export function addressOf(server: Pick<Server, 'address'>): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake has no port');
  return `http://127.0.0.1:${address.port}`;
}
