import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from '@kici-dev/secret-backend-conformance';
import {
  FaultScript,
  listen,
  sendAnswer,
  type HttpAnswer,
  type Listening,
} from '@kici-dev/secret-backend-conformance/testing';
import { Access } from './access.ts';
import { Accounts, type Caller } from './accounts.ts';
import { Input } from './input.ts';
import { operations } from './operations.ts';
import { accessDenied, Refusal } from './refusal.ts';
import { requireSignature } from './signature.ts';
import { errorXml, FakeSts } from './sts.ts';
import { json, keyOf, refused } from './wire.ts';

export const region = 'eu-central-1';
export const staticKey = 'AKIAFAKESTATICKEY001';
/** The static key's account, and another one. */
export const ownAccount = '111122223333';
export const otherAccount = '444455556666';

export interface RecordedRequest {
  readonly service: 'secretsmanager' | 'sts';
  readonly operation: string;
  readonly accessKeyId: string | undefined;
  readonly body: string;
}

/** Secrets Manager and the Security Token Service on one port, with AWS's protocols. */
export class FakeAws {
  readonly accounts = new Accounts(region);
  readonly store = this.accounts.of(ownAccount);
  readonly access = new Access();
  readonly batch = { leaveOut: new Set<string>(), emptyFirstPage: false, reachesOthers: true };
  readonly sts = new FakeSts();
  readonly faults = new FaultScript();
  readonly requests: RecordedRequest[] = [];
  /** What somebody else does just before the next request of an operation is carried out. */
  readonly meanwhile = new Map<string, () => void>();
  /** Expired access keys. */
  readonly expired = new Set<string>();
  pageLimit = 100;
  #listening: Listening | undefined;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  static async start(): Promise<FakeAws> {
    const fake = new FakeAws();
    fake.#listening = await listen(fake.#server);
    return fake;
  }

  get port(): number {
    if (this.#listening === undefined) throw new Error('the fake does not listen');
    return this.#listening.port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  count(operation?: string): number {
    return this.requests.filter(
      (request) => request.service === 'secretsmanager' && (operation === undefined || request.operation === operation),
    ).length;
  }

  async stop(): Promise<void> {
    await this.#listening?.stop();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await text(request);
      const target = request.headers['x-amz-target'];
      if (typeof target === 'string')
        await this.#serveSecrets(request, response, target.replace('secretsmanager.', ''), body);
      else sendAnswer(response, this.#answerSts(request, body));
    } catch {
      // The client left.
      response.destroy();
    }
  }

  async #serveSecrets(
    request: IncomingMessage,
    response: ServerResponse,
    operation: string,
    body: string,
  ): Promise<void> {
    const fault = this.faults.next();
    this.requests.push({ service: 'secretsmanager', operation, accessKeyId: keyOf(request), body });
    if (fault === 'hang') return;
    if (fault === 'delay') await wait(150);
    const reply = this.#answer(request, operation, body, fault);
    sendAnswer(response, reply, fault);
  }

  #answer(request: IncomingMessage, operation: string, body: string, fault: Fault | undefined): HttpAnswer {
    try {
      const key = requireSignature(request.headers, 'secretsmanager', region);
      if (fault === 'server_error')
        throw new Refusal('InternalServiceError', 'An error occurred on the server side.', 500);
      if (fault === 'throttle') throw new Refusal('ThrottlingException', 'Rate exceeded');
      if (fault === 'deny') throw accessDenied(operation);
      if (fault === 'expire' || this.expired.has(key))
        throw new Refusal('ExpiredTokenException', 'The security token included in the request is expired');
      const caller = this.#callerOf(key);
      const input = new Input(JSON.parse(body));
      const run = operations[operation];
      if (run === undefined) throw new Refusal('UnknownOperationException', '');
      const id = input.maybeText('SecretId');
      this.access.require(operation, id);
      const store = id === undefined ? this.accounts.of(caller.account) : this.accounts.reach(caller, operation, id);
      const interruption = this.meanwhile.get(operation);
      this.meanwhile.delete(operation);
      interruption?.();
      const { accounts, access, batch, pageLimit } = this;
      const answer = run({ caller, accounts, store, access, batch, pageLimit }, input);
      return json(200, fault === 'partial_batch' ? withoutFirst(answer) : answer);
    } catch (error) {
      return refused(error);
    }
  }

  /** A key of twelve digits is an account's own, as with LocalStack. */
  #callerOf(key: string): Caller {
    const arn =
      key === staticKey
        ? `arn:aws:iam::${ownAccount}:user/ci`
        : /^[0-9]{12}$/.test(key)
          ? `arn:aws:iam::${key}:root`
          : this.sts.issued.get(key);
    const account = arn?.split(':')[4];
    if (arn === undefined || account === undefined)
      throw new Refusal('UnrecognizedClientException', 'The security token included in the request is invalid.');
    return { account, arn };
  }

  #answerSts(request: IncomingMessage, body: string): HttpAnswer {
    const parameters = new URLSearchParams(body);
    const operation = parameters.get('Action') ?? '';
    this.requests.push({ service: 'sts', operation, accessKeyId: keyOf(request), body });
    try {
      const key = operation === 'AssumeRole' ? requireSignature(request.headers, 'sts', region) : undefined;
      return { status: 200, body: this.sts.answer(parameters, key), contentType: 'text/xml' };
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal('InternalFailure', '', 500);
      return { status: refusal.status, body: errorXml(refusal), contentType: 'text/xml' };
    }
  }
}

function withoutFirst(answer: Record<string, unknown>): Record<string, unknown> {
  const { SecretValues: values } = answer;
  return Array.isArray(values) ? { ...answer, SecretValues: values.slice(1) } : answer;
}
