import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { health } from '../../src/cli/orchestrator/health.ts';
import { resolveConfiguration } from '../../src/cli/orchestrator/configuration.ts';
import type { Io } from '../../src/cli/terminal/io.ts';
import { opensslLane, selfSigned } from '../support/certificates.ts';
import { describeLane } from '../support/lane.ts';
import { cleanEnvironment, runProgram, startOrchestrator } from '../support/programs.ts';

/** The port of a server that is no orchestrator. */
async function serveWith(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

async function ask(environment: Readonly<Record<string, string>>, deadlineMs?: number): Promise<unknown> {
  const printed: string[] = [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of it is used
  const io = { stdout: { write: (text: string) => printed.push(text) } } as unknown as Io;
  const configuration = resolveConfiguration({ flags: {}, environment, file: undefined });
  return health(configuration, false, io, deadlineMs).then(
    () => printed.join(''),
    (error: unknown) => error,
  );
}

it('a running orchestrator is ready, and one that has ended is not', async () => {
  await using orchestrator = await startOrchestrator({ args: ['--host', '0.0.0.0'] });
  const environment = {
    ...cleanEnvironment(orchestrator.home),
    KICI_HOST: '0.0.0.0',
    KICI_PORT: new URL(orchestrator.url).port,
  };
  expect(await runProgram('kici-orchestrator', ['health'], { environment })).toMatchObject({
    code: 0,
    stdout: 'ready\n',
  });
  await orchestrator.stop();
  expect(await runProgram('kici-orchestrator', ['health', '--json'], { environment })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/"not_ready".*127\.0\.0\.1 port \d+ does not answer \(ECONNREFUSED\)/),
  });
});

it('what answers that it is not ready, or nothing, is not ready', async () => {
  const asked: (string | undefined)[] = [];
  const unready = await serveWith((request, response) => {
    asked.push(request.url);
    response.writeHead(503).end('{}');
  });
  expect(await ask({ KICI_PORT: String(unready) })).toMatchObject({
    code: 'not_ready',
    message: expect.stringContaining('is not ready (HTTP 503)'),
  });
  expect(asked).toEqual(['/health/ready']);
  expect(await ask({ KICI_PORT: String(await serveWith(() => undefined)) }, 200)).toMatchObject({
    code: 'not_ready',
    message: expect.stringContaining('does not answer (within 200 ms)'),
  });
});

describeLane(opensslLane, () => {
  it('an orchestrator that serves HTTPS by a name is asked on its own machine', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kici-health-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { cert, key } = selfSigned('kici.example.com');
    await writeFile(join(folder, 'tls.crt'), cert);
    await writeFile(join(folder, 'tls.key'), key, { mode: 0o600 });
    const files = { KICI_TLS_CERT_FILE: join(folder, 'tls.crt'), KICI_TLS_KEY_FILE: join(folder, 'tls.key') };
    await using orchestrator = await startOrchestrator({ environment: files });
    expect(await ask({ KICI_PORT: new URL(orchestrator.url).port, ...files })).toBe('ready\n');
    expect(await ask({ KICI_PORT: new URL(orchestrator.url).port })).toMatchObject({ code: 'not_ready' });
  });
});

it('nobody can be asked on any free port', async () => {
  expect(await ask({ KICI_PORT: '0' })).toMatchObject({ code: 'usage' });
});
