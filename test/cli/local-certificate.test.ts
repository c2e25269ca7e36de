import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { opensslLane, selfSigned, type Certificate } from '../support/certificates.ts';
import { describeLane } from '../support/lane.ts';
import { runProgram, startOrchestrator, type RunningOrchestrator } from '../support/programs.ts';

const create = ['token', 'create', 'me', '--role', 'owner', '--json'];

describeLane(opensslLane, () => {
  let folder: string;
  let running: RunningOrchestrator;
  let url: string;
  const admin = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    runProgram('kici-admin', args, { environment: { ...running.environment, KICI_URL: url, ...environment } });
  const put = async ({ cert, key }: Certificate): Promise<void> => {
    await writeFile(join(folder, 'tls.crt'), cert);
    await writeFile(join(folder, 'tls.key'), key, { mode: 0o600 });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kici-local-'));
    await put(selfSigned('kici.example.com'));
    const files = { KICI_TLS_CERT_FILE: 'tls.crt', KICI_TLS_KEY_FILE: 'tls.key' };
    running = await startOrchestrator({ folder, environment: files, args: ['--host', '0.0.0.0'] });
    url = `https://127.0.0.1:${new URL(running.url).port}`;
  });
  afterAll(async () => {
    await running[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('the user who started an orchestrator with a certificate for another name makes the first token', async () => {
    expect(await admin(create)).toMatchObject({ code: 0, stdout: expect.stringContaining('"token"') });
    const localhost = url.replace('127.0.0.1', 'localhost');
    expect(await admin(['token', 'list'], { KICI_URL: localhost })).toMatchObject({ code: 0 });
  });

  it('nobody else trusts that certificate, and another one at the same place is not trusted', async () => {
    const stranger = { XDG_CONFIG_HOME: join(folder, 'stranger'), KICI_TOKEN: 'kici_x' };
    expect(await admin(create, stranger)).toMatchObject({
      code: expect.any(Number),
      stderr: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    const { cert } = selfSigned('kici.example.com');
    for (const text of [cert, cert.slice(0, 100)]) {
      // oxlint-disable-next-line no-await-in-loop -- one file
      await writeFile(join(folder, 'tls.crt'), text);
      // oxlint-disable-next-line no-await-in-loop -- one file
      const { code, stderr } = await admin(create);
      expect([code, stderr]).toEqual([1, expect.stringContaining('not issued by an authority')]);
    }
  });

  it('whoever asks by plain HTTP is told that it is served by HTTPS', async () => {
    const { code, stderr } = await admin(create, { KICI_URL: url.replace('https', 'http') });
    expect(code).not.toBe(0);
    expect(stderr).toContain('https address');
  });
});
