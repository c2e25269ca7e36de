import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adminInProcess } from '../support/admin-in-process.ts';
import type { Outcome } from '../support/run-program.ts';
import { startWireApi, type WireApi } from '../support/wire-api.ts';
import { answers } from './answers.ts';

let api: WireApi;
beforeEach(async () => {
  api = await startWireApi(answers);
});
afterEach(async () => {
  await api.close();
});

const run = (line: string): Promise<Outcome> => adminInProcess(line.split(' '), { environment: { KICI_URL: api.url } });

describe('bad news', () => {
  it('of a check is printed, and the exit code is 1', async () => {
    const outcome = await run('check --environment production');
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stdout).toContain(
      'error backend_failed  corp-vault\n    the backend is sealed\n    next: unseal it',
    );
    expect(outcome.stdout).toContain('12 keys in environment production: 1 error, 1 warning');
    expect(outcome.stderr).toContain('kici-admin: check_failed:');
    const json = await run('check --environment production --json');
    expect(JSON.parse(json.stdout)).toMatchObject({ keys: 12 });
    expect(JSON.parse(json.stderr)).toMatchObject({ error: 'check_failed' });
  });

  it('of a key that is unavailable is explained, and the exit code is 1', async () => {
    const outcome = await run('explain --environment production SHUT');
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stdout).toContain('unavailable: who supplies it cannot be found out');
    expect(outcome.stdout).toContain('timeout: connection_refused');
    expect(outcome.stderr).toMatch(/key_unavailable: SHUT is unavailable .*\n +see .*kici-admin check --environment/);
    const json = await run('explain --environment production SHUT --json');
    expect([json.exitCode, JSON.parse(json.stdout).status]).toEqual([1, 'unavailable']);
  });

  it('of a backend is shown with its reason and what to do next, as long as it lasts and later', async () => {
    const { stdout } = await run('backend show unwell');
    expect(stdout).toMatch(/^state +unreachable$/m);
    expect(stdout).toMatch(/^reason +connection_refused$/m);
    expect(stdout).toMatch(/^meaning +nobody listens$/m);
    expect(stdout).toMatch(/^next +start the server$/m);
    const later = (await run('backend show recovered')).stdout;
    expect(later).toMatch(
      /^last failure +wrong_shape: field_not_text \(apps:K\) at 2026-11-25T10:00:00Z: the field is not text$/m,
    );
    expect(later).toMatch(/^next +store text$/m);
  });

  it('of a backend names the code and the next step', async () => {
    const outcome = await run('backend test broken');
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(
      /backend_unhealthy: backend broken is not healthy: unauthenticated\n +renew the credentials/,
    );
  });

  it('of an audit log that is listed in part tells how to go on', async () => {
    const long = await startWireApi({ 'audit.list': () => ({ rows: [], next: 12 }) });
    const outcome = await adminInProcess(['audit', 'list', '--url', long.url]);
    await long.close();
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(/incomplete: .+\n.+--before 12/);
  });

  it('of the audit log lists the rows', async () => {
    const damaged = await startWireApi({
      'audit.verify': () => ({
        intact: false,
        rows: 9,
        openIntents: [4],
        problems: [{ sequence: 5, problem: 'changed', acknowledged: false }],
      }),
    });
    const outcome = await adminInProcess(['audit', 'verify', '--url', damaged.url]);
    await damaged.close();
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stdout).toMatch(/^5 +changed +no$/m);
    expect(outcome.stderr).toContain('begun and never finished: row 4');
    expect(outcome.stderr).toContain('audit_damaged');
    expect(outcome.stderr).toContain('kici-admin audit acknowledge');
  });

  it('of the audit log is not a failure any more once an owner has acknowledged it, and is told all the same', async () => {
    const damaged = await startWireApi({
      'audit.verify': () => ({
        intact: false,
        rows: 9,
        openIntents: [4],
        problems: [{ sequence: 5, problem: 'changed', acknowledged: true }],
        acknowledgement: { row: 8, at: '2026-01-02T03:04:05.678Z', actor: 'token:1:ada', reason: 'restored' },
      }),
    });
    const outcome = await adminInProcess(['audit', 'verify', '--url', damaged.url]);
    await damaged.close();
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stdout).toMatch(/^5 +changed +yes$/m);
    expect(outcome.stderr).toContain('not intact: 1 problem in 9 rows');
    expect(outcome.stderr).toContain('acknowledged in row 8 on 2026-01-02T03:04:05Z by token:1:ada: restored');
    expect(outcome.stderr).toContain('begun and never finished: row 4');
  });
});
