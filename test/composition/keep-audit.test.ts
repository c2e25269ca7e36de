import { expect, it } from 'vitest';
import { startKeeping } from '../../src/composition/keep-audit.ts';
import { keptLog } from '../orchestrator/support/kept-log.ts';

it.each(['removal', 'making'] as const)(
  'where the %s fails, the other chore is done, and it is told',
  async (which) => {
    const log = await keptLog();
    await log.append();
    log.tamper('update audit_heads set cut = 1');
    const done: string[] = [];
    const told: unknown[] = [];
    const chore = async (name: string): Promise<void> => {
      if (name === which) throw new Error(`${name} failed`);
      done.push(name);
    };
    const keeping = startKeeping(
      {
        database: log.database,
        keyring: {
          signer: async () => {
            await chore('removal');
            return () => '';
          },
        },
        checkpoints: { round: () => chore('making'), stop: async () => undefined },
        log: { error: (_: unknown, message?: string) => void told.push(message) },
      },
      () => () => undefined,
    );
    await keeping.stop();
    expect(done).toEqual([which === 'removal' ? 'making' : 'removal']);
    expect(told).toEqual([
      which === 'removal'
        ? 'rows of the audit log that were cut could not be removed'
        : 'checkpoints of the audit log could not be made',
    ]);
  },
);
