import { createServer } from 'node:http';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { toBackendError } from '../service/service-error.ts';
import { context, openScene, readAll, ref, say, textPayload } from './support/scene.ts';
import { openBackend } from './support/subject.ts';

const running = context();

function codeOf(error: unknown): string {
  return toBackendError(error, 'GetSecretValue', running, Date.now()).code;
}

const named = (name: string, more: object = {}): Error =>
  Object.assign(new Error('canary-body-quoted-2f9c'), { name, ...more });

describe('errors', () => {
  it.each([
    ['a reset that is named TimeoutError', named('TimeoutError', { code: 'ECONNRESET' }), 'unreachable'],
    ['a timeout', named('TimeoutError', { code: 'ETIMEDOUT' }), 'timeout'],
    ["a parser's error", named('SyntaxError', { $metadata: { httpStatusCode: 200 } }), 'bad_answer'],
    ["a load balancer's page", named('SyntaxError', { $metadata: { httpStatusCode: 503 } }), 'server_error'],
    [
      'a name with the status of another service',
      named('ResourceNotFoundException', { $metadata: { httpStatusCode: 404 } }),
      'not_found',
    ],
    [
      'a throttled call with status 400',
      named('ThrottlingException', { $metadata: { httpStatusCode: 400 } }),
      'throttled',
    ],
    ['a KMS failure', named('DecryptionFailure'), 'decryption_failed'],
    ['expired credentials', named('ExpiredTokenException'), 'unauthenticated'],
    ['a denial', named('AccessDeniedException'), 'permission_denied'],
    ['a body-less 503 of a load balancer', named('Unknown', { $metadata: { httpStatusCode: 503 } }), 'server_error'],
    ['a body-less 429', named('Unknown', { $metadata: { httpStatusCode: 429 } }), 'throttled'],
    ['a name out of nowhere', named('canary-body-quoted-2f9c'), 'bad_answer'],
    ['no error at all', 'canary-body-quoted-2f9c', 'bad_answer'],
  ])('maps %s by its name', (_, error, code) => {
    expect(codeOf(error)).toBe(code);
    expect(
      inspect(toBackendError(error, 'GetSecretValue', running, Date.now()), { showHidden: true, depth: 9 }),
    ).not.toContain('canary');
  });

  it('hands on after how long the service wants to be called again', () => {
    const error = named('ThrottlingException', { $response: { headers: { 'retry-after': '2' } } });
    expect(toBackendError(error, 'GetSecretValue', running, 0)).toMatchObject({
      code: 'throttled',
      retryAfterMs: 2000,
    });
  });

  it('tells a deadline from a cancellation', () => {
    const aborted = { signal: AbortSignal.abort(), deadline: 1000 };
    expect(toBackendError(named('AbortError'), 'GetSecretValue', aborted, 999).code).toBe('aborted');
    expect(toBackendError(named('AbortError'), 'GetSecretValue', aborted, 1000).code).toBe('timeout');
  });

  it.each([
    ['reset', 'unknown unreachable'],
    ['half_body', 'unknown unreachable'],
    ['garbage', 'unknown bad_answer'],
    ['empty', 'unknown bad_answer'],
    ['throttle', 'unknown throttled'],
    ['server_error', 'unknown server_error'],
  ] as const)('reads through the fault %s on the wire', async (fault, outcome) => {
    const { fake, backend } = await openScene();
    fake.store.create('apps/A', textPayload('a'));
    fake.faults.set(fault);
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual([outcome]);
    fake.faults.heal();
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['a']);
  });

  it('asks once: the host is who retries', async () => {
    const { fake, backend } = await openScene();
    fake.faults.set('server_error');
    await readAll(backend, [ref('apps', 'A')]);
    expect(fake.count()).toBe(1);
  });

  it.each([
    [503, 'unknown server_error'],
    [429, 'unknown throttled'],
    [403, 'unknown bad_answer'],
    [200, 'unknown bad_answer'],
  ])('takes a page of HTML with status %i for no answer', async (status, outcome) => {
    const server = createServer((request, response) =>
      request
        .resume()
        .on('end', () => response.writeHead(status, { 'content-type': 'text/html' }).end('<html>canary</html>')),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const backend = await openBackend(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual([outcome]);
    await backend.close();
    server.close();
  });

  it.each([
    ['headers and then nothing', 0],
    ['one byte at a time', 20],
  ])('ends at the deadline when the server sends %s', async (_, everyMs) => {
    const server = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).write('{');
      const drip = everyMs === 0 ? undefined : setInterval(() => response.write(' '), everyMs);
      response.on('close', () => clearInterval(drip));
      request.resume();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const backend = await openBackend(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    const [outcome] = await backend.read([ref('apps', 'A')], context(300));
    expect(say(outcome)).toBe('unknown timeout');
    await backend.close();
    server.closeAllConnections();
    server.close();
  });
});
