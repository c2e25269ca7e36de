import type { FastifyInstance, FastifyReply } from 'fastify';
import { eventsPath, type EndedEvent } from '../../api/change-events.ts';
import { ApiError } from '../../api/api-error.ts';
import { requirePermission, type Caller, type TokenCaller } from '../caller.ts';
import type { EventStreams, StreamReader } from '../events/streams.ts';
import type { Authenticator, Credentials } from './authenticate.ts';
import type { Trust } from './known-connections.ts';
import { requireOwnPage, type SessionCookies } from './session-cookie.ts';

export interface EventStreamServices {
  readonly authenticator: Authenticator;
  readonly cookies: SessionCookies;
  readonly events: EventStreams;
}

/** Shorter than the idle timeouts of proxies on the way. */
const heartbeatMs = 15_000;
/** A reader this far behind is disconnected. */
const maxUnsentBytes = 65_536;

/** Notifies a page of changes. Events hold no values, and no names that the reader may not know. */
export function registerEventStream(
  app: FastifyInstance,
  { authenticator, cookies, events }: EventStreamServices,
  trust: Trust,
): void {
  async function readerOf(credentials: Credentials, organization: string): Promise<TokenCaller> {
    const { caller } = await authenticator.look(credentials, organization);
    return requireReader(caller);
  }

  app.get<{ Params: { org: string } }>(
    `/api/v1/orgs/:org${eventsPath}`,
    { exposeHeadRoute: false },
    async (request, reply) => {
      const { org: organization } = request.params;
      const credentials = cookies.credentials(request.raw);
      if (credentials.kind === 'session') requireOwnPage(request.raw, credentials.secret);
      const { id } = requireReader((await authenticator.authenticate(credentials, organization)).caller);
      trust(request.raw, organization, id);
      const waiting: string[] = [];
      const stream = openLater(reply, waiting);
      const remove = await events.add(
        { organization, tokenId: id, current: () => readerOf(credentials, organization), ...stream },
        rowOf(request.headers['last-event-id']),
      );
      stream.open(remove);
    },
  );
}

function requireReader(caller: Caller): TokenCaller {
  requirePermission(caller, 'dashboard:open');
  if (caller.kind !== 'token') throw new ApiError('permission_denied', 'a job cannot use the dashboard');
  return caller;
}

/** Holds back what is sent before the answer begins, so that a refusal can still be one. */
function openLater(
  reply: FastifyReply,
  waiting: string[],
): Pick<StreamReader, 'send' | 'end'> & { open(remove: () => void): void } {
  const { raw } = reply;
  let isOpen = false;
  let isOver = false;
  let heartbeat: NodeJS.Timeout | undefined;

  function write(text: string): void {
    if (isOver) return;
    if (!isOpen) waiting.push(text);
    else if (raw.writableLength > maxUnsentBytes) raw.destroy();
    else raw.write(text);
  }

  return {
    send(changes, sequence) {
      for (const change of changes) write(`id: ${sequence}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`);
    },
    end(reason) {
      if (reason !== undefined) {
        const ended: EndedEvent = { error: reason.code, message: reason.message };
        write(`event: ended\ndata: ${JSON.stringify(ended)}\n\n`);
      }
      isOver = true;
      clearInterval(heartbeat);
      if (isOpen) raw.end();
    },
    open(remove) {
      reply.hijack();
      // Who left while it was being opened leaves no second time.
      if (raw.destroyed) {
        remove();
        return;
      }
      isOpen = true;
      raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // Keeps buffering proxies from holding events back.
        'x-accel-buffering': 'no',
      });
      raw.write(`retry: 1000\n\n${waiting.splice(0).join('')}`);
      if (isOver) {
        raw.end();
        return;
      }
      heartbeat = setInterval(() => {
        write(':\n\n');
      }, heartbeatMs);
      raw.once('close', () => {
        clearInterval(heartbeat);
        remove();
      });
    },
  };
}

function rowOf(lastEventId: string | string[] | undefined): number | undefined {
  return typeof lastEventId === 'string' && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : undefined;
}
