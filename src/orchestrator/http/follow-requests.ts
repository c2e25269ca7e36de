import type { FastifyInstance, FastifyRequest } from 'fastify';
import { eventsPath } from '../../api/change-events.ts';
import type { OperationId } from '../../api/registry.ts';
import { requestIdHeader } from '../../api/request-id.ts';
import { inRequest, type RequestScope } from '../request-scope.ts';
import type { KnownConnections } from './known-connections.ts';
import { parameter } from './parse-input.ts';
import type { RequestObserver, RequestWatch } from './request-observer.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: OperationId;
  }
}

interface Followed {
  readonly scope: RequestScope;
  readonly watch: RequestWatch | undefined;
}

/** Everything that a request does names it, and is told to whoever measures. */
export function followRequests(
  app: FastifyInstance,
  observer: RequestObserver | undefined,
  known: KnownConnections,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header(requestIdHeader, request.id);
    const organization = parameter(request, 'org');
    const scope = { id: request.id, isOver: false, organization, isKnown: known.has(request.raw, organization) };
    // A stream lasts for hours: it has a metric of its own, and no time.
    const isStream = request.routeOptions.url?.endsWith(eventsPath) === true;
    const watch = isStream ? undefined : observer?.begin(observedOf(request));
    // Not when it has ended: a client that leaves never lets it end.
    reply.raw.on('close', () => {
      scope.isOver = true;
      watch?.end(reply.raw.writableFinished ? reply.raw.statusCode : undefined);
    });
    // What arrives with a body comes back to here: fastify keeps the context of who waits for it.
    within({ scope, watch }, done);
  });
}

function within({ scope, watch }: Followed, work: () => void): void {
  inRequest(scope, () => {
    if (watch === undefined) work();
    else watch.run(work);
  });
}

function observedOf({ id, method, headers, routeOptions }: FastifyRequest): Parameters<RequestObserver['begin']>[0] {
  return { id, method, headers, route: routeOptions.url, operation: routeOptions.config.operation };
}
