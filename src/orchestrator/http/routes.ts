import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { ApiError } from '../../api/api-error.ts';
import type { Operation } from '../../api/operation.ts';
import { operations, type OperationId } from '../../api/registry.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { actorOf, requirePermission, tokenOf, type Call, type Caller } from '../caller.ts';
import type { Handlers } from '../handlers.ts';
import type { PolicyGate } from '../policy/gate.ts';
import { requireReach, requireWithinOrganization } from '../reach.ts';
import { whenKnown, type Soon } from '../soon.ts';
import { thisTurn } from '../turn.ts';
import type { Authenticated, Authenticator } from './authenticate.ts';
import type { Addressing } from './allowed-hosts.ts';
import { answerInLines } from './answer-in-lines.ts';
import { audited } from './audited.ts';
import { sendAnswer } from './compression.ts';
import { failureAnswer } from './error-reply.ts';
import { hasAlready } from './etag.ts';
import type { KnownConnections, Trust } from './known-connections.ts';
import { OneCall } from './one-call.ts';
import { namedOf, parameter, parseInput } from './parse-input.ts';
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

/** What keeps clients and organizations from taking the server away from each other. */
export interface Fairness {
  readonly trust: Trust;
  readonly known: KnownConnections;
  readonly turns: Turns;
}

/** Serves every operation of the registry. The caller is authenticated before the body is read. */
export function registerRoutes(app: FastifyInstance, services: RouteServices, fairness: Fairness): void {
  const { turns } = fairness;
  app.decorateRequest('admitted', null);
  for (const [id, operation] of operationEntries()) {
    // Input and handler have the same id, which the compiler cannot see across the union of all operations.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const handler = services.handlers[id] as Handler;
    const input = operation.input.strict();
    const admit = createAdmission(services, fairness, id, operation);
    app.route({
      method: operation.method,
      config: { operation: id },
      ...(operation.maxBodyBytes !== undefined && { bodyLimit: operation.maxBodyBytes }),
      url: `/api/v1/orgs/:org${operation.path.replace(/\{(\w+)\}/g, ':$1')}`,
      onRequest: (request, reply, done) => {
        try {
          const admitted = admit(request);
          if (admitted instanceof Promise) return admitted;
        } catch (error) {
          sayWhen(reply, error);
          // Not at once: its body may be on the way up in this very turn, and is then no unread one.
          return Promise.reject(error);
        }
        done();
        return undefined;
      },
      handler: async (request, reply) => {
        const admitted = request.getDecorator<Admitted>('admitted');
        const parsed = parseInput(operation, input, request);
        const organization = parameter(request, 'org');
        const context = new RequestDeadline(services.requestTimeoutMs);
        const isGone = (): boolean => request.raw.socket.destroyed;
        const lines = answerInLines(operation, request, reply, (error) => failureAnswer(services.log, request, error));
        const about = { organization, requestId: request.id, context, waiter: { isGone, tell: lines.tell } };
        // All that admitted the request may have changed while its body arrived, or while it waited.
        const admitAgain = async (): Promise<Authenticated> => {
          const again = await services.authenticator.look(services.cookies.credentials(request.raw), organization);
          requireAllowed(operation, again.caller);
          await services.gate.require({ id, caller: again.caller, organization, named: () => parsed });
          return again;
        };
        const isFresh = admitted.wasWhole || admitted.turn === thisTurn();
        const served: { call?: OneCall } = {};
        const serveTo = (found: Authenticated, hasWaited: boolean): Promise<unknown> => {
          const call = new OneCall(about, found, hasWaited);
          served.call = call;
          return effectOf(services.audit, id, operation, parsed, call, () => {
            requireReach(operation, parsed, call.caller);
            return handler(parsed, call);
          });
        };
        const serve = (hasWaited: boolean): Promise<unknown> =>
          isFresh && !hasWaited
            ? serveTo(admitted, hasWaited)
            : admitAgain().then((again) => serveTo(again, hasWaited));
        const work = async (): Promise<unknown> => {
          const output = await turns.run(organization, isGone, (hasWaited) =>
            services.requests.run(() => serve(hasWaited)),
          );
          // An audited answer has waited for its row, and so for everything before it.
          if (operation.audit === 'none') await services.durable();
          return lines.hasBegun() ? operation.output.parse(output) : output;
        };
        try {
          const answer = await (operation.tellsProgress === true ? lines.carry(work) : work());
          if (lines.hasBegun()) return reply;
          void reply.header('cache-control', 'no-store');
          const etag = served.call?.etag;
          if (etag !== undefined) void reply.header('etag', etag);
          return hasAlready(request.headers['if-none-match'], etag)
            ? reply.status(304).send()
            : sendAnswer(operation, request, reply, answer);
        } catch (error) {
          sayWhen(reply, error);
          throw error;
        } finally {
          context[Symbol.dispose]();
        }
      },
    });
  }
}

/** When to come again, for whoever found no room. */
function sayWhen(reply: FastifyReply, error: unknown): void {
  if (ApiError.is(error) && error.code === 'too_many_requests') void reply.header('retry-after', '1');
}

/** Lets a request in before its body is read; at once, where its caller is at hand. */
function createAdmission(
  { addressing, cookies, authenticator, gate }: RouteServices,
  { trust, known, turns }: Fairness,
  id: OperationId,
  operation: Operation,
): (request: FastifyRequest) => Soon<void> {
  return (request) => {
    // Before the token is used: it would have travelled in the clear too.
    if (operation.answersPlainValues === true) requirePrivateWay(request.raw, addressing.publicUrls);
    const shown = cookies.credentials(request.raw);
    if (shown.kind === 'session') requireOwnPage(request.raw, shown.secret);
    const organization = parameter(request, 'org');
    // What is refused anyway costs the database nothing. A stranger is not told how long the line is.
    if (known.has(request.raw, organization)) turns.requireRoom(organization);
    return whenKnown(authenticator.authenticate(shown, organization), ({ caller, generation, turn }) => {
      trust(request.raw, organization, tokenOf(caller));
      requireAllowed(operation, caller);
      const passed = gate.require({ id, caller, organization, named: () => namedOf(operation, request) });
      return whenKnown(passed, () => {
        request.setDecorator('admitted', { caller, generation, turn, wasWhole: request.raw.complete });
      });
    });
  };
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

function effectOf(
  audit: AuditLog,
  id: OperationId,
  operation: Operation,
  input: Record<string, unknown>,
  call: OneCall,
  effect: () => Promise<unknown>,
): Promise<unknown> {
  if (operation.audit === 'none') return effect();
  const subject: Record<string, unknown> = {};
  for (const name of operation.subject) if (input[name] !== undefined) subject[name] = input[name];
  // Named, since the work of a request whose client has left counts as nobody's.
  const { organization, requestId } = call;
  const intentUntil = operation.changesOnlyDatabase?.(input) === true ? 'committed' : 'durable';
  const entry = { organization, operation: id, actor: actorOf(call.caller), subject, requestId, intentUntil } as const;
  return audited(audit, operation.audit, entry, call.notes, effect);
}
