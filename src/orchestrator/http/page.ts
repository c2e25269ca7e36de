import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { takesGzip } from './compression.ts';
import type { PageFile } from './page-files.ts';

/** Nothing from another origin, nothing inline, no frame around it. */
const securityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': securityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  vary: 'accept-encoding, accept',
} as const;

/** Paths for programs; an unknown one is a 404 for browsers too. */
const forPrograms = /^\/(api|health|dashboard|assets)(\/|$)/;

/** Serves the page's files, and its document at every other address that a browser opens. */
export function registerPage(app: FastifyInstance, files: ReadonlyMap<string, PageFile>): void {
  const document = files.get('/index.html');
  app.get('/*', async (request, reply) => {
    const [path = ''] = request.url.split('?');
    const file = files.get(path) ?? (isNavigation(request, path) ? document : undefined);
    if (file === undefined) {
      reply.callNotFound();
      return reply;
    }
    return send(file, request, reply);
  });
}

function isNavigation(request: FastifyRequest, path: string): boolean {
  return !forPrograms.test(path) && request.headers.accept?.includes('text/html') === true;
}

function send(file: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  void reply.headers(headers).header('etag', file.etag);
  void reply.header('cache-control', file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (request.headers['if-none-match'] === file.etag) return reply.status(304).send();
  void reply.type(file.type);
  return takesGzip(request) ? reply.header('content-encoding', 'gzip').send(file.gzip()) : reply.send(file.plain);
}
