import { expect, it } from 'vitest';
import { main as admin } from '../../src/cli/admin/main.ts';
import { main as kici } from '../../src/cli/kici/main.ts';
import { main as orchestrator } from '../../src/cli/orchestrator/main.ts';
import { inProcess } from '../support/admin-in-process.ts';

const urls = [
  'postgres://u:CANARY/with@signs@db.test/x',
  "postgres://db.test/x?user=u&password='CANARY'",
  'https://vault.test/#token=CANARY',
];

it.each([
  ['kici-orchestrator', orchestrator],
  ['kici-admin', admin],
  ['kici', (args, io) => kici(args, { io })],
] satisfies [string, Parameters<typeof inProcess>[0]][])(
  'a password in an argument that %s does not know is not shown',
  async (_, main) => {
    const lines = urls.flatMap((url) => [
      [`--databaseurl=${url}`],
      [`--x${url}`],
      [url],
      ['serve', url],
      ['secret', 'set', url],
      ['run', `--workers=${url}`],
      ['move', `--json=${url}`, '--json'],
    ]);
    for (const args of lines) {
      const { exitCode, stdout, stderr } = await inProcess(main, args, { environment: {} });
      expect([args, exitCode]).toEqual([args, 2]);
      expect(stdout + stderr).not.toContain('CANARY');
    }
  },
);
