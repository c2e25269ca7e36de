import type { RequestListener, Server } from 'node:http';
import fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { ApiError } from '../../api/api-error.ts';
import { maxValueBytes } from '../../api/fields.ts';
import { openApiDocument } from '../../api/openapi.ts';
import { noteKnown } from '../request-scope.ts';
import { createHostCheck, type Addressing } from './allowed-hosts.ts';
import { answerBrokenRequest } from './broken-requests.ts';
import type { Certificate } from './certificate.ts';
import { createConnections, type ConnectionLimit } from './connections.ts';
import { registerDashboardSession, type DashboardSessionServices } from './dashboard-session.ts';
import { answerTo, failureAnswer } from './error-reply.ts';
import { followRequests } from './follow-requests.ts';
import { createKnownConnections, type Trust } from './known-connections.ts';
import { registerEventStream, type EventStreamServices } from './event-stream.ts';
import type { HttpLimits } from './limits.ts';
import type { PageFile } from './page-files.ts';
import { registerPage } from './page.ts';
import { requestIdOf } from './request-id.ts';
import type { RequestObserver } from './request-observer.ts';
import { registerRoutes, type RouteServices } from './routes.ts';
import { createTurns } from './turns.ts';
import { endWithoutBody, hasUnreadBody } from './unread-body.ts';

// An import would load all of undici.
const { createServer: createHttpServer } = process.getBuiltinModule('node:http');
const { createServer: createHttpsServer } = process.getBuiltinModule('node:https');

export interface ServerOptions extends RouteServices, DashboardSessionServices, EventStreamServices {
  readonly version: string;
  readonly limits: HttpLimits;
  /** Includes the page's files, if one was built; default: no dashboard routes, and nobody can sign in. */
  readonly dashboard: { readonly page: ReadonlyMap<string, PageFile> | undefined } | undefined;
  /** Default: plain HTTP. */
  readonly certificate?: Certificate | undefined;
  /** Default: nobody measures. */
  readonly observer?: RequestObserver | undefined;
  /** Rejects while requests could not be served. */
  readonly ready: () => Promise<void>;
  /** What fails without stopping requests: `/health/ready` tells it. */
  readonly degraded: () => readonly ('checkpoint_sink_failed' | 'checkpoints_late' | 'certificate_refused')[];
}

/** The orchestrator's HTTP server: API, event stream and dashboard. */
export interface HttpServer {
  /** @returns the URL that it listens on */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Says that it is not ready, for load balancers to turn to others, and ends each connection after an answer. */
  turnAway(): void;
  /** Accepts no more requests and resolves when those in flight have ended. */
  close(): Promise<void>;
}

/** The largest value in base64, with room for the names around it. */
const bodyLimit = Math.ceil(maxValueBytes / 3) * 4 + 65_536;

/** Longer than any valid name, so that the name's own rule reports the error. */
const longestName = 1_024;

/** How often deadlines are checked. */
const checkingMs = 1_000;
/** How long a connection may be silent, so that a client that does not read its answer is not served forever. */
const silenceMs = 60_000;
/** After an answer that something cannot be reached for now. */
const retryAfterSeconds = 2;
/** How long a connection is kept for the next request. */
const keepAliveMs = 72_000;

export function createServer(options: ServerOptions): HttpServer {
  const connections = createConnections(options.limits.maxConnections);
  const app = createApp(options.limits, connections, options.certificate);
  const known = createKnownConnections();
  followRequests(app, options.observer, known);
  // Before any hook that could answer.
  refuseOtherHosts(app, options.addressing);
  const leaving = leaveGracefully(app, options, connections);
  endConnections(app, leaving);
  registerPublicRoutes(app, options, leaving);
  answerFailures(app, options.log);
  logRequests(app, options.log);
  const turns = createTurns(options.limits);
  options.observer?.lined(turns.lines);
  const trust: Trust = (request, organization, token) => {
    connections.trust(request, token);
    known.note(request, organization);
    noteKnown();
  };
  registerRoutes(app, options, { trust, known, turns });
  registerEventStream(app, options, trust);
  if (options.dashboard !== undefined) {
    registerDashboardSession(app, options);
    if (options.dashboard.page !== undefined) registerPage(app, options.dashboard.page);
  }
  const scheme = options.certificate === undefined ? 'http:' : 'https:';
  return {
    listen: async (address) => (await app.listen(address)).replace(/^https?:/, scheme),
    turnAway() {
      leaving.begun = true;
    },
    close: () => app.close(),
  };
}

function createApp(
  limits: HttpLimits,
  connections: ConnectionLimit,
  certificate: Certificate | undefined,
): FastifyInstance {
  return fastify({
    serverFactory(serve) {
      const server = createListener(limits, certificate, serve);
      server.setTimeout(silenceMs);
      connections.watch(server);
      return server;
    },
    clientErrorHandler: answerBrokenRequest,
    bodyLimit,
    routerOptions: { maxParamLength: longestName },
    genReqId: requestIdOf,
    // Requests are logged by id and route: a URL may hold a name, a header a token.
    logger: false,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    frameworkErrors: (_, request, reply) => {
      if (hasUnreadBody(request.raw)) endWithoutBody(request.raw);
      const { status, body } = answerTo(
        new ApiError('invalid_request', "the request's address or headers are malformed"),
        request.id,
      );
      reply.raw
        .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
        .end(JSON.stringify(body));
    },
  });
}

function createListener(limits: HttpLimits, certificate: Certificate | undefined, serve: RequestListener): Server {
  const times = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.bodyTimeoutMs,
    connectionsCheckingInterval: Math.min(checkingMs, limits.headersTimeoutMs),
    keepAliveTimeout: keepAliveMs,
  };
  if (certificate === undefined) return createHttpServer(times, serve);
  const secure = { ...certificate.pair(), minVersion: 'TLSv1.2', handshakeTimeout: limits.headersTimeoutMs } as const;
  const server = createHttpsServer({ ...times, ...secure }, serve);
  certificate.follow((pair) => {
    // Connections that are open keep what they have agreed on.
    server.setSecureContext({ ...pair, minVersion: 'TLSv1.2' });
  });
  return server;
}

function refuseOtherHosts(app: FastifyInstance, addressing: Addressing): void {
  const checkHost = createHostCheck(addressing);
  app.addHook('onRequest', (request, _, done) => {
    // Load balancers ask by address, and the answer reveals nothing.
    if (request.routeOptions.url?.startsWith('/health/') !== true) checkHost(request);
    done();
  });
}

/**
 * A client that was refused could keep sending its body, and one without a token could try the next; one that keeps its
 * connection open would keep a server that leaves running.
 */
function endConnections(app: FastifyInstance, leaving: { readonly begun: boolean }): void {
  app.addHook('onSend', (request, reply, _, done) => {
    const unread = hasUnreadBody(request.raw);
    if (unread) endWithoutBody(request.raw);
    if (unread || leaving.begun || reply.statusCode === 401) void reply.header('connection', 'close');
    done();
  });
}

function answerFailures(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error, request, reply) => {
    const answer = failureAnswer(log, request, error);
    if (answer.status === 503) void reply.header('retry-after', String(retryAfterSeconds));
    return reply.status(answer.status).send(answer.body);
  });
  app.setNotFoundHandler((request, reply) =>
    reply.status(404).send({
      error: 'not_found',
      message: `there is no ${request.method} ${JSON.stringify(request.url.split('?')[0])}`,
      hint: 'see /openapi.json for what this orchestrator serves; a program of another release than its own may ask for something else',
      requestId: request.id,
    }),
  );
}

/** Requests in flight end on their own, within the time that a body may take. */
function leaveGracefully(
  app: FastifyInstance,
  { events, limits }: Pick<ServerOptions, 'events' | 'limits'>,
  connections: ConnectionLimit,
): { begun: boolean } {
  const leaving = { begun: false };
  app.addHook('preClose', async () => {
    leaving.begun = true;
    events.endAll();
    connections.endUnserved();
    setTimeout(() => {
      connections.endAll();
    }, limits.bodyTimeoutMs).unref();
  });
  return leaving;
}

function logRequests(app: FastifyInstance, log: Logger): void {
  if (!log.isLevelEnabled('debug')) return;
  app.addHook('onResponse', (request, reply, done) => {
    log.debug(
      {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: reply.elapsedTime,
      },
      'request',
    );
    done();
  });
}

/** Routes that need no token. */
function registerPublicRoutes(
  app: FastifyInstance,
  { version, ready, degraded }: ServerOptions,
  leaving: { readonly begun: boolean },
): void {
  // Expensive to make, and rarely asked for.
  let document: ReturnType<typeof openApiDocument> | undefined;
  app.get('/openapi.json', async () => (document ??= openApiDocument(version)));
  app.get('/health/live', async () => ({ status: 'live' }));
  app.get('/health/ready', async (_, reply) => {
    try {
      if (leaving.begun) throw new Error('it is leaving');
      await ready();
      const codes = degraded();
      return { status: 'ready', ...(codes.length > 0 && { degraded: codes }) };
    } catch {
      void reply.header('retry-after', String(retryAfterSeconds));
      return reply.status(503).send({ status: 'not ready', hint: "see the orchestrator's log" });
    }
  });
}
