import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { ApiError } from '../../api/api-error.ts';
import type { Operation } from '../../api/operation.ts';
import { operations, type OperationId } from '../../api/registry.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { actorOf, requirePermission, tokenOf, type Call, type Caller } from '../caller.ts';
import type { Handlers } from '../handlers.ts';
import type { PolicyGate } from '../policy/gate.ts';
import { requireReach, requireWithinOrganization } from '../reach.ts';
import { thisTurn } from '../turn.ts';
import type { Authenticated, Authenticator } from './authenticate.ts';
import type { Addressing } from './allowed-hosts.ts';
import { answerInLines } from './answer-in-lines.ts';
import { audited } from './audited.ts';
import { sendAnswer } from './compression.ts';
import type { ConnectionLimit } from './connections.ts';
import { failureAnswer } from './error-reply.ts';
import { hasAlready } from './etag.ts';
import { RequestDeadline } from './request-deadline.ts';
import { requirePrivateWay } from './private-way.ts';
import type { RequestsInFlight } from './requests-in-flight.ts';
import type { Turns } from './turns.ts';
import { requireOwnPage, type SessionCookies } from './session-cookie.ts';

export interface RouteServices {
  readonly handlers: Handlers;
  readonly authenticator: Authenticator;
  readonly cookies: SessionCookies;
  readonly gate: PolicyGate;
  readonly audit: AuditLog;
  /** Resolves once what was committed is on the disk. */
  readonly durable: () => Promise<void>;
  readonly requests: RequestsInFlight;
  readonly addressing: Addressing;
  readonly log: Logger;
  /** In milliseconds. */
  readonly requestTimeoutMs: number;
}

interface Admitted extends Authenticated {
  /** Whether the body was there by then. */
  readonly wasWhole: boolean;
}

type Handler = (input: Record<string, unknown>, call: Call) => Promise<unknown>;

/**
 * Serves every operation of the registry. The caller is authenticated before the body is read.
 * @param trust is told of each request with a valid token, and the token that it counts for
 */
export function registerRoutes(
  app: FastifyInstance,
  services: RouteServices,
  trust: ConnectionLimit['trust'],
  turns: Turns,
): void {
  app.decorateRequest('admitted', null);
  for (const [id, operation] of operationEntries()) {
    // Input and handler have the same id, which the compiler cannot see across the union of all operations.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const handler = services.handlers[id] as Handler;
    const input = operation.input.strict();
    app.route({
      method: operation.method,
      config: { operation: id },
      ...(operation.maxBodyBytes !== undefined && { bodyLimit: operation.maxBodyBytes }),
      url: `/api/v1/orgs/:org${operation.path.replace(/\{(\w+)\}/g, ':$1')}`,
      onRequest: async (request) => {
        // Before the token is used: it would have travelled in the clear too.
        if (operation.answersPlainValues === true) requirePrivateWay(request.raw, services.addressing.publicUrls);
        const shown = services.cookies.credentials(request.raw);
        if (shown.kind === 'session') requireOwnPage(request.raw, shown.secret);
        const organization = parameter(request, 'org');
        const admitted = await services.authenticator.authenticate(shown, organization);
        trust(request.raw, tokenOf(admitted.caller));
        requireAllowed(operation, admitted.caller);
        await services.gate.require({ id, caller: admitted.caller, organization, named: namedOf(operation, request) });
        request.setDecorator('admitted', { ...admitted, wasWhole: request.raw.complete });
      },
      handler: async (request, reply) => {
        const admitted = request.getDecorator<Admitted>('admitted');
        const parsed = parseInput(operation, input, request);
        const notes: Record<string, unknown> = {};
        using context = new RequestDeadline(services.requestTimeoutMs);
        let etag: string | undefined;
        const organization = parameter(request, 'org');
        const isGone = (): boolean => request.raw.socket.destroyed;
        const lines = answerInLines(operation, request, reply, (error) => failureAnswer(services.log, request, error));
        const callOf = ({ caller, generation, turn }: Authenticated, hasWaited: boolean): Call => ({
          caller,
          generation,
          admittedIn: hasWaited ? undefined : turn,
          organization,
          requestId: request.id,
          context,
          waiter: { isGone, tell: lines.tell },
          note: (fields) => {
            Object.assign(notes, fields);
          },
          tag: (given) => {
            etag = given;
          },
        });
        // All that admitted the request may have changed while its body arrived, or while it waited.
        const admitAgain = async (): Promise<Authenticated> => {
          const again = await services.authenticator.look(services.cookies.credentials(request.raw), organization);
          requireAllowed(operation, again.caller);
          await services.gate.require({ id, caller: again.caller, organization, named: parsed });
          return again;
        };
        const isFresh = admitted.wasWhole || admitted.turn === thisTurn();
        const serve = (hasWaited: boolean): Promise<unknown> =>
          services.requests.run(async () => {
            const call = callOf(isFresh && !hasWaited ? admitted : await admitAgain(), hasWaited);
            return effectOf(services.audit, id, operation, parsed, call, notes, async () => {
              requireReach(operation, parsed, call.caller);
              return handler(parsed, call);
            });
          });
        const output = await lines.carry(async () => {
          const served = await turns.run(organization, isGone, serve).catch((error: unknown) => {
            if (ApiError.is(error) && error.code === 'too_many_requests') void reply.header('retry-after', '1');
            throw error;
          });
          // An audited answer has waited for its row, and so for everything before it.
          if (operation.audit === 'none') await services.durable();
          return operation.output.parse(served);
        });
        if (lines.hasBegun()) return reply;
        void reply.header('cache-control', 'no-store');
        if (etag !== undefined) void reply.header('etag', etag);
        return hasAlready(request.headers['if-none-match'], etag)
          ? reply.status(304).send()
          : sendAnswer(operation, request, reply, output);
      },
    });
  }
}

/** @throws ApiError `permission_denied` */
function requireAllowed(operation: Operation, caller: Caller): void {
  requirePermission(caller, operation.permission);
  requireWithinOrganization(operation, caller);
}

function operationEntries(): readonly (readonly [OperationId, Operation])[] {
  // `Object.entries` forgets that the keys are exactly the ids.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.entries(operations) as [OperationId, Operation][];
}

function parameter(request: FastifyRequest, name: string): string {
  const { params } = request;
  const value: unknown =
    typeof params === 'object' && params !== null && Object.hasOwn(params, name)
      ? Reflect.get(params, name)
      : undefined;
  return typeof value === 'string' ? value : '';
}

function parseInput(operation: Operation, input: Operation['input'], request: FastifyRequest): Record<string, unknown> {
  const { params, query, body } = request;
  const bodiless = operation.method === 'GET' || operation.method === 'DELETE';
  const { org: _, ...inPath } = asRecord(params);
  const inQuery = asRecord(query);
  const stray = Object.keys(inQuery).find((name) => !bodiless && operation.query?.includes(name) !== true);
  if (stray !== undefined) throw new ApiError('invalid_request', `${stray}: does not belong in the query`);
  const named = { ...inQuery, ...inPath };
  const rest = bodiless ? {} : asRecord(body);
  const twice = [...Object.keys(inQuery), ...Object.keys(rest)].find((name) => Object.hasOwn(inPath, name));
  if (twice !== undefined) throw new ApiError('invalid_request', `${twice}: is given in the path`);
  const again = Object.keys(rest).find((name) => Object.hasOwn(named, name));
  if (again !== undefined) throw new ApiError('invalid_request', `${again}: is given in the query`);
  const parsed = input.safeParse({ ...rest, ...named });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.length === 0 ? 'the request' : issue.path.join('.')}: ${issue.message}`,
  );
  const tooLarge = parsed.error.issues.some(
    (issue) => issue.code === 'custom' && issue.params?.['code'] === 'too_large',
  );
  throw new ApiError(tooLarge ? 'too_large' : 'invalid_request', problems.join('; '));
}

/** The part of the input that the URL holds. */
function namedOf({ query = [] }: Operation, request: FastifyRequest): Record<string, unknown> {
  const { org: _, ...inPath } = asRecord(request.params);
  const inQuery = Object.entries(asRecord(request.query)).filter(
    ([name]) => query.includes(name) || request.method === 'DELETE',
  );
  return { ...Object.fromEntries(inQuery), ...inPath };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function effectOf(
  audit: AuditLog,
  id: OperationId,
  operation: Operation,
  input: Record<string, unknown>,
  call: Call,
  notes: Record<string, unknown>,
  effect: () => Promise<unknown>,
): Promise<unknown> {
  if (operation.audit === 'none') return effect();
  const subject = Object.fromEntries(
    operation.subject.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]])),
  );
  // Named, since the work of a request whose client has left counts as nobody's.
  const { organization, requestId } = call;
  const entry = { organization, operation: id, actor: actorOf(call.caller), subject, requestId };
  return audited(audit, operation.audit, entry, notes, effect);
}
