import { createServer } from 'node:http';
import { once } from 'node:events';
import type { SecretBackend, Settings } from '@kici-dev/secret-backend';
import { onTestFinished } from 'vitest';
import { openBackend } from './subject.ts';

/** By operation: a body, a function that returns one each time, or the name of a failure. */
export type Canned = Readonly<Record<string, object | string | (() => object)>>;

/**
 * A backend on a server that gives every request of an operation the same answer, for answers that no sane service
 * gives.
 */
export async function openCanned(answers: Canned, settings: Settings = {}): Promise<SecretBackend> {
  const server = createServer((request, response) => {
    const given =
      answers[String(request.headers['x-amz-target']).replace('secretsmanager.', '')] ?? 'UnknownOperationException';
    const answer = typeof given === 'function' ? given() : given;
    request.resume().on('end', () => {
      response
        .writeHead(typeof answer === 'string' ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify(typeof answer === 'string' ? { __type: answer } : answer));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const backend = await openBackend(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, settings);
  onTestFinished(async () => {
    await backend.close();
    server.close();
  });
  return backend;
}
