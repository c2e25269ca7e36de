import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { columnTypes } from '../../src/database/postgres/types.ts';
import { missingVariable, type Lane } from './lane.ts';

/** PostgreSQL as `.ci/servers/postgresql` starts it. */
export const postgresLane: Lane = {
  name: 'PostgreSQL',
  missing: missingVariable('KICI_TEST_POSTGRES_URL', 'the URL of a PostgreSQL in which databases may be made'),
};

/** The same through a pooler that hands each transaction to another session. */
export const pgbouncerLane: Lane = {
  name: 'pgbouncer',
  missing: missingVariable('KICI_TEST_PGBOUNCER_URL', 'the URL of a pgbouncer in transaction mode before it'),
};

/** @param name of a database; default: the one that others are made from */
export function serverUrl(name?: string, through: 'directly' | 'pgbouncer' = 'directly'): string {
  const variable = through === 'directly' ? 'KICI_TEST_POSTGRES_URL' : 'KICI_TEST_PGBOUNCER_URL';
  const url = new URL(process.env[variable] ?? 'postgres://not-there');
  if (name !== undefined) url.pathname = `/${name}`;
  return url.href;
}

/** Runs statements and gives the rows of the last. */
export async function runSql<Row>(url: string, text: string): Promise<readonly Row[]> {
  const client = new Client({ connectionString: url, types: columnTypes });
  await client.connect();
  try {
    const result: unknown = await client.query(text);
    const last: unknown = Array.isArray(result) ? result.at(-1) : result;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the driver knows no types
    return (last as { rows: Row[] }).rows;
  } finally {
    await client.end();
  }
}

/**
 * A new database of its own. It is left behind: dropping one costs more than making it, and the server goes with the
 * run.
 * @param template to copy it from; default: empty
 * @returns its name
 */
export async function makeDatabase(template = 'template0'): Promise<string> {
  const name = `kici_test_${randomUUID().replaceAll('-', '')}`;
  await runSql(serverUrl(), `create database "${name}" template "${template}"`);
  return name;
}
