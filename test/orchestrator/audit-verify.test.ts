import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../src/api/answer-lines.ts';
import { allMigrations, type AllTables } from '../../src/composition/all-tables.ts';
import { migrate } from '../../src/database/migrate.ts';
import { createFileAnchor } from '../../src/orchestrator/audit/anchor.ts';
import { chainStart, signedBytes } from '../../src/orchestrator/audit/chain.ts';
import { createOneAtATime } from '../../src/orchestrator/audit/one-at-a-time.ts';
import { verifyAudit, type AuditVerification } from '../../src/orchestrator/audit/verify.ts';
import type { Waiter } from '../../src/orchestrator/caller.ts';
import { databaseFor } from '../support/engine.ts';

const rows = 1_100;
const sign = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const read = {
  organization: 'default',
  at: 1,
  phase: 'read',
  operation: 'jobs.read',
  actor: 'job:1',
  subject: '{}',
  result: null,
  intent: null,
};
let folder: string;
let verify: (waiter: Waiter) => Promise<AuditVerification>;
let close: () => Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kici-audit-'));
  const database = await (await databaseFor(folder)).open<AllTables>();
  close = () => database.destroy();
  await migrate(database, allMigrations);
  let mac = chainStart;
  const all = Array.from({ length: rows }, (_, index) => {
    const row = { ...read, sequence: index + 1 };
    mac = sign(signedBytes(row, mac));
    return { ...row, mac };
  });
  await database.insertInto('audit_rows').values(all).execute();
  const anchor = createFileAnchor(join(folder, 'anchor.json'));
  verify = (waiter) => verifyAudit(database, async () => sign, anchor, 'default', { waiter, isShared: true });
});
afterAll(async () => {
  await close();
  await rm(folder, { recursive: true });
});

const patient: Waiter = { isGone: () => false, tell: () => undefined };

describe('a walk over a log', () => {
  it('tells how far it is, up to the end', async () => {
    const told: Progress[] = [];
    const waiter: Waiter = { ...patient, tell: (progress) => void told.push(progress) };
    expect(await verify(waiter)).toMatchObject({ intact: true, rows });
    expect(told.length).toBeGreaterThan(3);
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(told.at(-1)).toEqual({ done: rows, of: rows });
  });

  it('lets others have their turn between its parts', async () => {
    let [turns, isOver] = [0, false];
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await verify(patient);
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(rows / 250);
  });

  it('ends when nobody waits for it any more', async () => {
    let parts = 0;
    const waiter: Waiter = { isGone: () => parts > 0, tell: () => void (parts += 1) };
    await expect(verify(waiter)).rejects.toMatchObject({ code: 'invalid_request', message: 'the client has left' });
    expect(parts).toBe(1);
  });
});

describe('walks of one organization', () => {
  it('come one after the other, those of others beside them', async () => {
    const oneAtATime = createOneAtATime();
    const gate = Promise.withResolvers<void>();
    const begun: string[] = [];
    const walk = (organization: string, name: string): Promise<void> =>
      oneAtATime(organization, patient, async () => {
        begun.push(name);
        await gate.promise;
      });
    const all = [walk('a', 'first'), walk('a', 'second'), walk('a', 'third'), walk('b', 'other')];
    expect(begun).toEqual(['first', 'other']);
    gate.resolve();
    await Promise.all(all);
    expect(begun).toEqual(['first', 'other', 'second', 'third']);
  });

  it('are not begun for who has left, and go on behind one that failed', async () => {
    const oneAtATime = createOneAtATime();
    const gate = Promise.withResolvers<void>();
    const first = oneAtATime('a', patient, () => gate.promise);
    let isBegun = false;
    const left = oneAtATime('a', { ...patient, isGone: () => true }, async () => void (isBegun = true));
    const next = oneAtATime('a', patient, async () => 'done');
    gate.reject(new Error('failed'));
    const outcomes = await Promise.allSettled([first, left, next]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(isBegun).toBe(false);
  });

  it('come one at a time though many wait, and more than that are refused', async () => {
    const oneAtATime = createOneAtATime();
    let [running, most] = [0, 0];
    const walk = (): Promise<void> =>
      oneAtATime('a', patient, async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => void setImmediate(resolve));
        running -= 1;
      });
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, walk));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(33);
    expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'too_many_requests' } });
    expect(most).toBe(1);
    await expect(walk()).resolves.toBeUndefined();
  });
});
