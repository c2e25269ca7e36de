import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  leaseMigrations,
  LeaseLostError,
  takeLease,
  type ChoreLease,
  type LeaseTables,
} from '../../src/database/chore-lease.ts';
import { inTransaction } from '../../src/database/in-transaction.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';
import { openPostgres } from '../../src/database/postgres/open.ts';
import { describeLane } from '../support/lane.ts';
import { makeDatabase, pgbouncerLane, postgresLane, serverUrl } from '../support/postgres.ts';

const stalledHolder = join(import.meta.dirname, 'support/stalled-holder.ts');

/** As the system tells it: `T` is stopped (proc(5)). */
const stateOf = (pid = 0): string => /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';

interface Tables extends LeaseTables {
  readonly work: { holder: string };
}

/** One database, opened twice as by two processes. */
type OpenTwice = () => Promise<readonly [Kysely<Tables>, Kysely<Tables>]>;

async function ready(one: Kysely<Tables>, other: Kysely<Tables>): Promise<readonly [Kysely<Tables>, Kysely<Tables>]> {
  onTestFinished(async () => {
    await one.destroy();
    await other.destroy();
  });
  await migrate(one, [leaseMigrations]);
  await one.schema.createTable('work').addColumn('holder', 'text').execute();
  return [one, other];
}

async function onServer(through: 'directly' | 'pgbouncer') {
  const url = serverUrl(await makeDatabase(), through);
  return ready(await openPostgres<Tables>({ url }), await openPostgres<Tables>({ url }));
}

const embedded: OpenTwice = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kici-lease-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'kici.db');
  return ready(openDatabase<Tables>(file), openDatabase<Tables>(file));
};

describe('a lease in the embedded database', () => testLeases(embedded));
describeLane(postgresLane, () => {
  testLeases(() => onServer('directly'));

  it('is taken over from a process that was stopped in the middle of a write, and that writes nothing when it wakes', async () => {
    const name = await makeDatabase();
    const url = serverUrl(name);
    const [one] = await ready(await openPostgres<Tables>({ url }), await openPostgres<Tables>({ url }));
    const lastsMs = 200;
    const child = spawn(process.execPath, [stalledHolder, url, String(lastsMs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString();
    });
    const ended = once(child, 'close');
    await expect.poll(() => stateOf(child.pid)).toBe('T');
    const terms = { name: 'chore', holder: 'successor', lastsMs, now: () => Date.now() + lastsMs };
    // Waits until the server ends the transaction that stands still.
    const lease = await takeLease(one, terms);
    await inTransaction(one, async (transaction) => {
      await lease?.hold(transaction);
      await transaction.insertInto('work').values({ holder: 'successor' }).execute();
    });
    child.kill('SIGCONT');
    await ended;
    expect(JSON.parse(told)).toEqual(['taken', 'DatabaseUnavailableError', 'LeaseLostError']);
    expect(await one.selectFrom('work').selectAll().execute()).toEqual([{ holder: 'successor' }]);
  });
});
describeLane(pgbouncerLane, () => testLeases(() => onServer('pgbouncer')));

function testLeases(openTwice: OpenTwice): void {
  const lastsMs = 1_000;
  const terms = (holder: string, at: () => number) => ({ name: 'chore', holder, lastsMs, now: at });
  const write = (
    lease: ChoreLease | undefined,
    database: Kysely<Tables>,
    holder: string,
    during?: () => Promise<void>,
  ) =>
    inTransaction(database, async (transaction) => {
      await lease?.hold(transaction);
      await during?.();
      await transaction.insertInto('work').values({ holder }).execute();
    });

  it('goes to one of those who ask at once', async () => {
    const databases = await openTwice();
    const taken = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        takeLease(
          databases[at % 2 === 0 ? 0 : 1],
          terms(`${at}`, () => 0),
        ),
      ),
    );
    expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('is renewed by each write, and goes to another once it has ended or was given back', async () => {
    const [one, other] = await openTwice();
    let time = 0;
    const at = (): number => time;
    const first = await takeLease(one, terms('a', at));
    time = lastsMs - 1;
    await write(first, one, 'a');
    time = 2 * lastsMs - 2;
    expect(await takeLease(other, terms('b', at))).toBeUndefined();
    time += 1;
    const second = await takeLease(other, terms('b', at));
    await second?.release();
    const third = await takeLease(one, terms('a', at));
    await write(third, one, 'a again');
    expect(await one.selectFrom('work').selectAll().execute()).toEqual([{ holder: 'a' }, { holder: 'a again' }]);
  });

  it('lets a holder that stood still write nothing, whatever its own clock says', async () => {
    const [one, other] = await openTwice();
    const stalled = await takeLease(
      one,
      terms('a', () => 0),
    );
    const successor = await takeLease(
      other,
      terms('b', () => lastsMs),
    );
    await expect(write(stalled, one, 'a')).rejects.toBeInstanceOf(LeaseLostError);
    await stalled?.release();
    await write(successor, other, 'b');
    expect(await one.selectFrom('work').selectAll().execute()).toEqual([{ holder: 'b' }]);
  });

  it('whose end lies further ahead than any holder would set it goes to whoever asks, and not for a small difference of clocks', async () => {
    const [one, other] = await openTwice();
    const far = await takeLease(
      one,
      terms('a', () => 50 * lastsMs),
    );
    const successor = await takeLease(
      other,
      terms('b', () => 0),
    );
    await expect(write(far, one, 'a')).rejects.toBeInstanceOf(LeaseLostError);
    await write(successor, other, 'b');
    expect(
      await takeLease(
        one,
        terms('a', () => -10),
      ),
    ).toBeUndefined();
  });

  it("is nobody else's before a write that was under way has ended", async () => {
    const [one, other] = await openTwice();
    const first = await takeLease(
      one,
      terms('a', () => 0),
    );
    const order: string[] = [];
    let taking: Promise<unknown> = Promise.resolve();
    await write(first, one, 'a', async () => {
      taking = takeLease(
        other,
        terms('b', () => 3 * lastsMs),
      ).then(() => order.push('taken'));
      // Long enough for one that does not wait to be first.
      await setTimeout(50);
      // Not once the write has answered: the answers of two connections come in either order.
      order.push('written');
    });
    await taking;
    expect(order).toEqual(['written', 'taken']);
  });
}
