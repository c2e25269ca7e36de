import type { Kysely, Selectable } from 'kysely';
import * as z from 'zod';
import type { OperationInput, OperationOutput } from '../handlers.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';

type Filter = OperationInput<'audit.list'>;
type Row = OperationOutput<'audit.list'>['rows'][number];

const phase = z.enum(['intent', 'outcome', 'read', 'refused', 'break']);
const subject = z.record(z.string(), z.unknown());
const outcome = z.object({ key: z.string() });

/** How many rows are read together where the database does not decide alone. */
const pageSize = 1_000;

/** The newest rows that pass the filter. */
export async function listRows(
  database: Kysely<OrchestratorTables>,
  organization: string,
  filter: Filter,
): Promise<Row[]> {
  const found: Row[] = [];
  const { actor, key, environment } = filter;
  const size = actor === undefined && key === undefined && environment === undefined ? filter.limit : pageSize;
  for (let before = filter.before; ;) {
    // oxlint-disable-next-line no-await-in-loop -- where a page ends, the next begins
    const rows = await page(database, organization, { ...filter, before }, size);
    found.push(...rows.map(view).filter((row) => passes(row, filter)));
    before = rows.at(-1)?.sequence;
    if (found.length >= filter.limit || rows.length < size) return found.slice(0, filter.limit);
  }
}

function page(
  database: Kysely<OrchestratorTables>,
  organization: string,
  { before, since, until, operation }: Omit<Filter, 'before'> & { before: number | undefined },
  limit: number,
): Promise<Selectable<OrchestratorTables['audit_rows']>[]> {
  return database
    .selectFrom('audit_rows')
    .selectAll()
    .where('organization', '=', organization)
    .$if(before !== undefined, (query) => query.where('sequence', '<', before ?? 0))
    .$if(since !== undefined, (query) => query.where('at', '>=', Date.parse(since ?? '')))
    .$if(until !== undefined, (query) => query.where('at', '<', Date.parse(until ?? '')))
    .$if(operation !== undefined, (query) => query.where('operation', '=', operation ?? ''))
    .orderBy('sequence', 'desc')
    .limit(limit)
    .execute();
}

function passes({ operation, actor, subject: about }: Row, filter: Filter): boolean {
  const { key, environment } = filter;
  const owner = operation.split('.')[0];
  const keys = [about['key'], about['keys'], outcomeKeys(about['outcomes']), owner === 'variables' && about['name']];
  const environments = [about['environment'], owner === 'environments' && about['name']];
  return (
    (filter.actor === undefined || actor.includes(filter.actor)) &&
    (key === undefined || keys.flat().includes(key)) &&
    (environment === undefined || environments.includes(environment))
  );
}

function outcomeKeys(outcomes: unknown): unknown {
  return Array.isArray(outcomes) ? outcomes.map((one) => outcome.safeParse(one).data?.key) : undefined;
}

function view(row: Selectable<OrchestratorTables['audit_rows']>): Row {
  return {
    sequence: row.sequence,
    at: rfc3339(row.at),
    phase: phase.parse(row.phase),
    operation: row.operation,
    actor: row.actor,
    subject: readSubject(row.subject),
    ...(row.result === null ? {} : { result: row.result }),
    ...(row.intent === null ? {} : { intent: row.intent }),
  };
}

/** A row that somebody has tampered with must not hide the others. */
function readSubject(text: string): Record<string, unknown> {
  try {
    return subject.parse(JSON.parse(text));
  } catch {
    return { unreadable: true };
  }
}
