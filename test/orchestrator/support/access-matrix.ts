import { DatabaseSync } from 'node:sqlite';
import { ApiError } from '../../../src/api/api-error.ts';
import { operations } from '../../../src/api/registry.ts';
import { rolePermissions, type Role } from '../../../src/api/roles.ts';
import { cellsOf, type Cell } from './access-cells.ts';
import { add } from './jobs.ts';
import { meets, reachOf, type NarrowingCase } from './narrowings.ts';
import { newService } from './places.ts';
import type { Calls, TestServer } from './server.ts';

export interface MatrixResult {
  readonly calls: number;
  readonly allowed: number;
  /** The cells with wrong answers, in words. */
  readonly wrong: readonly string[];
}

const tables = [
  'environments',
  'bindings',
  'variables',
  'backends',
  'internal_secrets',
  'internal_versions',
  'internal_scopes',
];

interface Attempt extends Cell {
  readonly who: string;
  readonly call: Calls;
  readonly may: boolean;
}

const refusalsAtOnce = 16;

/**
 * Tries every cell with a token of each role and narrowing. Requests to be refused come first, and must change nothing.
 */
export async function tryMatrix(
  server: TestServer,
  roles: readonly Role[],
  narrowings: readonly NarrowingCase[],
): Promise<MatrixResult> {
  const attempts = await attemptsOf(server, cellsOf(await setUp(server)), roles, narrowings);
  const wrong: string[] = [];
  const attempt = async ({ who, id, target, input, call, may }: Attempt): Promise<void> => {
    const code = await codeOf(call(id, input));
    if ((code !== 'permission_denied') !== may) wrong.push(`${who}: ${id} ${target} → ${code}`);
  };
  const state = saveState(server.databaseFile);
  const refused = attempts.filter(({ may }) => !may).values();
  await Promise.all(
    Array.from({ length: refusalsAtOnce }, async () => {
      for (const one of refused) await attempt(one);
    }),
  );
  if (state.restore()) wrong.push('calls that had to be refused have changed something');
  const allowed = attempts.filter(({ may }) => may);
  for (const one of allowed) {
    await attempt(one);
    state.restore();
  }
  state.close();
  return { calls: attempts.length, allowed: allowed.length, wrong };
}

async function attemptsOf(
  server: TestServer,
  cells: readonly Cell[],
  roles: readonly Role[],
  narrowings: readonly NarrowingCase[],
): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  for (const role of roles)
    for (const one of narrowings) {
      const who = `${role}, narrowed ${one.name}`;
      const call = server.as(
        (await server.call('tokens.create', { name: who, role, ...reachOf(role, one.narrowing) })).token,
      );
      attempts.push(
        ...cells.map((cell) => ({ ...cell, who, call, may: mayRole(role, cell) && meets(one, cell.needs) })),
      );
    }
  return attempts;
}

/** In `mine` and `theirs`; `mine-unborn` and `unborn` do not exist. */
async function setUp(server: TestServer): Promise<Record<'team/a' | 'team/b', string>> {
  const { address } = newService({ 'x K': 'v' });
  await add(server, 'corp', address);
  for (const scope of ['team/a', 'team/a/deep', 'team/b'])
    await server.call('secrets.set', { scope, key: 'K', value: 'dg==' });
  await server.call('environments.create', { name: 'theirs', bind: ['team/b'] });
  await server.call('policy.set', { plainReads: 'on' });
  const [a, b] = (await server.call('environments.create', { name: 'mine', bind: ['team/a', 'team/b'] })).bindings;
  for (const environment of ['mine', 'theirs'])
    for (const [name, locked] of [
      ['PLAIN', false],
      ['LOCKED', true],
    ] as const)
      await server.call('variables.set', { environment, name, value: 'before', locked });
  return { 'team/a': a?.id ?? '', 'team/b': b?.id ?? '' };
}

function mayRole(role: Role, { id }: Cell): boolean {
  return rolePermissions[role].includes(operations[id].permission);
}

interface SavedState {
  /** @returns whether anything had changed */
  restore(): boolean;
  close(): void;
}

function saveState(file: string): SavedState {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  for (const table of tables) database.exec(`create temp table saved_${table} as select * from main.${table}`);
  const differs = (table: string): boolean =>
    database
      .prepare(
        `select 1 from (select * from main.${table} except select * from saved_${table}) union all
         select 1 from (select * from saved_${table} except select * from main.${table})`,
      )
      .get() !== undefined;
  return {
    restore() {
      const changed = tables.filter(differs);
      if (changed.length === 0) return false;
      database.exec('begin immediate');
      for (const table of changed)
        database.exec(`delete from main.${table}; insert into main.${table} select * from saved_${table}`);
      database.exec('update organizations set generation = generation + 1; commit');
      return true;
    },
    close: () => {
      database.close();
    },
  };
}

async function codeOf(call: Promise<unknown> | undefined): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (ApiError.is(error)) return error.code;
    throw error;
  }
}
