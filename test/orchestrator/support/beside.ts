import { engine } from '../../support/engine.ts';
import type { TestServer } from './server.ts';

/** What a test does to a database that each engine says in its own way. */

/** A trigger, and how it goes away again. */
export interface Trigger {
  readonly make: string;
  readonly drop: string;
}

type Event = 'insert' | 'update' | 'delete';

/** @param when a condition over `new` or `old`; default: always */
export function refuse(event: Event, table: string, when?: string): Trigger {
  return engine === 'sqlite'
    ? trigger(event, table, "select raise(abort, 'the disk is full')", when)
    : trigger(event, table, "raise exception 'the disk is full'", when);
}

/** @param statement what happens before each row */
export function trigger(event: Event, table: string, statement: string, when?: string): Trigger {
  const name = `on_${event}_of_${table}`;
  const condition = when === undefined ? '' : `when (${when})`;
  if (engine === 'sqlite')
    return {
      make: `create trigger ${name} before ${event} on ${table} ${condition} begin ${statement}; end;`,
      drop: `drop trigger ${name};`,
    };
  return {
    make: `create function ${name}() returns trigger language plpgsql as $$ begin ${statement}; return new; end $$;
      create trigger ${name} before ${event} on ${table} for each row ${condition} execute function ${name}();`,
    drop: `drop function ${name} cascade;`,
  };
}

export function bytes(value: Uint8Array): string {
  const hex = Buffer.from(value).toString('hex');
  return engine === 'sqlite' ? `x'${hex}'` : `'\\x${hex}'`;
}

export function columnsOf({ rows }: TestServer, table: string): ReadonlySet<unknown> {
  const found =
    engine === 'sqlite'
      ? rows(`select name from pragma_table_info('${table}')`)
      : rows(`select column_name as name from information_schema.columns
          where table_schema = current_schema() and table_name = '${table}'`);
  return new Set(found.map(({ name }) => name));
}
