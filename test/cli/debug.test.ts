import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addressOf } from '../support/wire-api.ts';
import { adminInProcess } from '../support/admin-in-process.ts';
import { startServer } from '../orchestrator/support/server.ts';

const canary = 'canary-7f31c0de-never-printed';
const trailLine = /^(?:caused by )?[\w$]+(?: [\w-]+)*$|^ {4}at [^(]* \([\w@./-]+:\d+:\d+\)$/;

/** A foreign server, with the canary in everything that a library could quote. */
async function rubbish(body: string): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-canary': canary }).end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  return addressOf(server);
}

describe('--debug', () => {
  it('adds where the error came from: its class, its code, its frames, and the request that the log tells of', async () => {
    const server = await startServer();
    const line = ['environment', 'show', 'nowhere', '--debug'];
    const environment = { KICI_URL: server.url, KICI_TOKEN: server.owner };
    const plain = await adminInProcess(line.slice(0, -1), { environment });
    const debugged = await adminInProcess(line, { environment });
    const added = debugged.stderr.slice(plain.stderr.length).trimEnd().split('\n');
    expect(debugged.stderr.startsWith(plain.stderr)).toBe(true);
    expect(added.shift()).toMatch(/^ +request id [0-9a-f-]{36}$/);
    expect(added.shift()).toMatch(/^ApiError not_found$|^ApiError$/);
    expect(added.length).toBeGreaterThan(1);
    for (const frame of added) expect(frame).toMatch(trailLine);
    expect(added.join('\n')).toContain('src/api/client.ts');
    const json: unknown = JSON.parse((await adminInProcess([...line, '--json'], { environment })).stderr);
    expect(json).toMatchObject({
      error: 'not_found',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      trail: expect.stringContaining('src/api/client.ts'),
    });
  });

  it.each([
    ['is not JSON', `{"secret": "${canary}`],
    ['has another shape', JSON.stringify({ scopes: [{ [canary]: canary }] })],
  ])('shows nothing of an answer that %s', async (_, body) => {
    const url = await rubbish(body);
    const outcome = await adminInProcess(['scope', 'list', '--debug'], {
      environment: { KICI_URL: url, KICI_TOKEN: canary },
    });
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toContain('    at ');
    expect(outcome.stdout + outcome.stderr).not.toContain(canary);
  });

  it('shows no value that a command was to store, whatever goes wrong with it', async () => {
    for (const [url, value] of [
      ['http://127.0.0.1:9', canary],
      [await rubbish(canary), canary],
      ['http://127.0.0.1:9', canary.repeat(4_000)],
    ] as const) {
      const outcome = await adminInProcess(
        ['secret', 'set', '--scope', 's', 'K', '--from-stdin', '--debug', '--json'],
        {
          stdin: value,
          environment: { KICI_URL: url, KICI_TOKEN: 'token' },
        },
      );
      expect(outcome.exitCode).toBe(1);
      expect(JSON.parse(outcome.stderr)).toMatchObject({ trail: expect.stringContaining('    at ') });
      expect(outcome.stdout + outcome.stderr).not.toContain(canary);
    }
  });

  it('is needed for it', async () => {
    const outcome = await adminInProcess(['scope', 'list'], { environment: { KICI_URL: 'http://127.0.0.1:9' } });
    expect(outcome.stderr).not.toMatch(/^ {4}at /m);
  });
});
