import { sql, SqliteAdapter, type Kysely, type RawBuilder } from 'kysely';

/** SQLite has no function for it. */
const backwards = sql`(
  with recursive parts (rest, text) as (
    select length(new.scope), ''
    union all
    select rest - 1, text || substr(new.scope, rest, 1) from parts where rest > 0
  )
  select text from parts where rest = 0
)`;

const keep = sql`update internal_scopes set reversed = ${backwards} where rowid = new.rowid;`;

const byTriggers = [
  sql`create trigger internal_scopes_reversed_made after insert on internal_scopes begin ${keep} end`,
  sql`create trigger internal_scopes_reversed_moved after update of scope on internal_scopes begin ${keep} end`,
];

const byFunction = [
  sql`
    create function internal_reverse_scope() returns trigger language plpgsql as
    $$ begin new.reversed := reverse(new.scope); return new; end $$`,
  sql`
    create trigger internal_scopes_reversed before insert or update on internal_scopes
    for each row execute function internal_reverse_scope()`,
];

/** By the database: older versions, which write beside this one, would leave it out, or as it was before a rename. */
export async function keepReversedScopes(database: Kysely<unknown>): Promise<void> {
  const isEmbedded = database.getExecutor().adapter instanceof SqliteAdapter;
  const steps: readonly RawBuilder<unknown>[] = [
    isEmbedded
      ? sql`alter table internal_scopes add column reversed text`
      : sql`alter table internal_scopes add column reversed text collate "C"`,
    ...(isEmbedded ? byTriggers : byFunction),
    sql`update internal_scopes set scope = scope`,
    sql`create index internal_scopes_reversed_index on internal_scopes (organization, reversed, scope)`,
  ];
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (const step of steps) await step.execute(database);
}
