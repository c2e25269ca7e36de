import { describe, expect, it } from 'vitest';
import { CheckpointSinkError } from '../../src/orchestrator/audit/checkpoints/sink.ts';
import { keptLogs, readProblem } from '../../src/orchestrator/audit/checkpoints/store.ts';
import { removeAllCutRows } from '../../src/orchestrator/audit/cut.ts';
import { listRows } from '../../src/orchestrator/audit/list-rows.ts';
import { keptLog, parseLines, signer } from './support/kept-log.ts';

const dayMs = 86_400_000;
const far = Date.parse('2036-01-01T00:00:00Z');
const refuse = async (): Promise<void> => {
  throw new CheckpointSinkError('ENOSPC');
};

describe('checkpoints go on', () => {
  it.each([
    [
      'the noted checkpoint is of a row that does not exist',
      'update audit_checkpoints set sequence = 1000000000000000',
    ],
    ['the noted checkpoint is of a time to come', `update audit_checkpoints set at = ${far}`],
    ['the lease ends years from now', `update leases set expires_at = ${far}, holder = 'nobody'`],
  ])('though %s', async (_, sql) => {
    const log = await keptLog();
    const kept: string[] = [];
    const orchestrator = log.orchestrator(async (lines) => void kept.push(lines));
    await log.append();
    await orchestrator.round();
    log.tamper(sql);
    for (let round = 0; round < 3; round += 1) {
      await log.append();
      log.pass(301_000);
      await orchestrator.round();
    }
    expect(kept.flatMap(parseLines).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect(await log.database.selectFrom('audit_checkpoints').select('sequence').execute()).toEqual([{ sequence: 4 }]);
  });

  it('when a clock that was far ahead is set right, whoever held the lease', async () => {
    const log = await keptLog();
    await log.append();
    log.pass(365 * dayMs);
    await log.orchestrator(async () => undefined).round();
    log.pass(-365 * dayMs);
    const kept: string[] = [];
    await log.append();
    await log.orchestrator(async (lines) => void kept.push(lines)).round();
    expect(kept.flatMap(parseLines)).toMatchObject([{ sequence: 2 }]);
  });

  it('and who sees none for twice as long as it should take is late, until there is one', async () => {
    const log = await keptLog();
    const orchestrator = log.orchestrator(async () => undefined);
    await log.append();
    await orchestrator.round();
    await log.append();
    const told: boolean[] = [];
    for (let minutes = 0; minutes <= 11; minutes += 1) {
      const holder = Date.parse('2026-01-01T00:00:00Z') + minutes * 60_000 + 60_000;
      log.tamper(`update leases set holder = 'nobody', epoch = epoch + 1, expires_at = ${holder}`);
      await orchestrator.round();
      told.push(orchestrator.isLate());
      log.pass(60_000);
    }
    expect(told.indexOf(true)).toBe(11);
    log.pass(61_000);
    await orchestrator.round();
    await orchestrator.round();
    expect(orchestrator.isLate()).toBe(false);
  });

  it.each([
    ['somebody writes so', "update audit_checkpoints set sequence = 2 where organization = 'a'"],
    [
      'the note of another organization says so',
      `update audit_checkpoints set sequence = 2, at = other.at, mac = other.mac
        from (select at, mac from audit_checkpoints where organization = 'b') as other where organization = 'a'`,
    ],
    ['the note is of a row that was there before', "update audit_rows set mac = 'x' where organization = 'a'"],
    ['an earlier release says so, which cannot prove it', 'update audit_checkpoints set mac = null'],
  ])('where no checkpoint was kept, though %s', async (_, sql) => {
    const log = await keptLog();
    for (const organization of ['a', 'b', 'b']) await log.append(organization);
    await log.orchestrator(async () => undefined).round();
    await log.append();
    const ofA = async () => (await keptLogs(log.database, signer)).find(({ organization }) => organization === 'a');
    expect(await ofA()).toMatchObject({ sequence: 2, kept: 1 });
    log.tamper(sql);
    expect(await ofA()).toMatchObject({ sequence: 2, kept: 0 });
  });

  it('with the next round where somebody notes that one of the newest row was kept', async () => {
    const log = await keptLog();
    const kept: string[] = [];
    const orchestrator = log.orchestrator(async (lines) => void kept.push(lines));
    await log.append();
    await orchestrator.round();
    await log.append();
    log.tamper('update audit_checkpoints set sequence = 2');
    await orchestrator.round();
    expect(kept.flatMap(parseLines).map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it('at another orchestrator where the sink of the first one fails', async () => {
    const log = await keptLog();
    const [failing, other] = [log.orchestrator(refuse), log.orchestrator(async () => undefined)];
    await log.append();
    await expect(failing.round()).rejects.toBeInstanceOf(CheckpointSinkError);
    await other.round();
    await failing.round();
    expect([failing.problem(), other.problem()]).toEqual([undefined, undefined]);
  });
});

describe('an organization whose key is lost', () => {
  async function withLostKey() {
    const log = await keptLog();
    const kept: string[] = [];
    for (const organization of ['a', 'b']) await log.append(organization);
    await log.orchestrator(async () => undefined).round();
    const lost = new Error('the data key of a is missing');
    const orchestrator = log.orchestrator(
      async (lines) => void kept.push(lines),
      async (organization) => (organization === 'a' ? Promise.reject(lost) : signer()),
    );
    const round = () => orchestrator.round().catch((error: unknown) => error);
    log.pass(61_000);
    return { log, orchestrator, round, lost, ofB: () => kept.flatMap(parseLines).map(({ sequence }) => sequence) };
  }

  it('stops no checkpoint of another, is told, and is late', async () => {
    const { log, orchestrator, round, lost, ofB } = await withLostKey();
    await log.append('b');
    log.pass(301_000);
    expect(await round()).toMatchObject({ errors: [lost] });
    expect(ofB()).toEqual([2]);
    expect(orchestrator.problem()).toBeUndefined();
    expect(orchestrator.isLate()).toBe(false);
    log.pass(601_000);
    await round();
    expect(orchestrator.isLate()).toBe(true);
  });

  it('makes none of another sooner than it is due', async () => {
    const { log, round, ofB } = await withLostKey();
    await log.append('b');
    await round();
    expect(ofB()).toEqual([]);
    log.pass(301_000);
    await round();
    expect(ofB()).toEqual([2]);
  });

  it('keeps no sink from being tried again', async () => {
    const { log, orchestrator, round } = await withLostKey();
    log.tamper("update audit_sink set problem = 'ENOSPC'");
    expect(await readProblem(log.database)).toBe('ENOSPC');
    await round();
    expect(orchestrator.problem()).toBeUndefined();
  });

  it('counts rows of others that no checkpoint has', async () => {
    const { log } = await withLostKey();
    const logs = await keptLogs(log.database, async (organization) =>
      organization === 'a' ? Promise.reject(new Error('missing')) : signer(),
    );
    expect(logs).toMatchObject([
      { organization: 'a', sequence: 1, kept: 0 },
      { organization: 'b', sequence: 1, kept: 1 },
    ]);
  });

  it('leaves no cut rows of another', async () => {
    const log = await keptLog();
    for (const organization of ['a', 'b']) await log.append(organization);
    log.tamper('update audit_heads set cut = 1');
    const asked: string[] = [];
    const removal = removeAllCutRows({
      database: log.database,
      signer: async (organization) => {
        asked.push(organization);
        return organization === 'a' ? Promise.reject(new Error('missing')) : signer();
      },
    });
    await expect(removal).rejects.toMatchObject({ errors: [{ message: 'missing' }] });
    expect(asked.toSorted()).toEqual(['a', 'b']);
  });
});

describe('a sink that is required refuses nothing for longer than it fails', () => {
  it('though a holder that stood still notes its failure after another has kept all', async () => {
    const log = await keptLog();
    const failing = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const stalled = log.orchestrator(() => {
      begun.resolve();
      return failing.promise;
    });
    const other = log.orchestrator(async () => undefined);
    log.require(other);
    await log.append();
    const round = stalled.round();
    await begun.promise;
    log.pass(61_000);
    await other.round();
    failing.reject(new CheckpointSinkError('no answer'));
    await expect(round).rejects.toBeInstanceOf(CheckpointSinkError);
    log.pass(61_000);
    await other.round();
    expect(other.problem()).toBeUndefined();
    await log.append();
  });

  it('though there is no log that a checkpoint could be made of', async () => {
    const log = await keptLog();
    let write = refuse;
    const orchestrator = log.orchestrator(() => write());
    log.require(orchestrator);
    await log.append();
    await expect(orchestrator.round()).rejects.toBeInstanceOf(CheckpointSinkError);
    write = async () => undefined;
    log.tamper("update audit_rows set actor = 'x'");
    await expect(log.append()).rejects.toThrow('ENOSPC');
    await orchestrator.round();
    await log.append();
    log.pass(301_000);
    await orchestrator.round();
    expect(orchestrator.problem()).toBeUndefined();
  });
});

it('a checkpoint is given to nobody before its row is on the disk', async () => {
  const disk = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const log = await keptLog(() => {
    asked.resolve();
    return disk.promise;
  });
  const kept: string[] = [];
  await log.append();
  const round = log.orchestrator(async (lines) => void kept.push(lines)).round();
  await asked.promise;
  expect(kept).toEqual([]);
  disk.resolve();
  await round;
  expect(kept.flatMap(parseLines)).toMatchObject([{ sequence: 1 }]);
});

it.each(['newest', 'oldest'] as const)(
  'a list of the %s rows first does not look into numbers that no row has',
  async (order) => {
    const log = await keptLog();
    for (let count = 0; count < 3; count += 1) await log.append();
    log.tamper(`update audit_rows set sequence = ${2 ** 51} where sequence = 3`);
    const { rows, next } = await listRows(log.database, 'a', { order, limit: 100 }, AbortSignal.timeout(30_000));
    const numbers = rows.map(({ sequence }) => sequence).toSorted((left, right) => left - right);
    expect([numbers, next]).toEqual([[1, 2, 2 ** 51], undefined]);
  },
);
