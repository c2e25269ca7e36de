import type { Kysely, Selectable } from 'kysely';
import * as z from 'zod';
import { firstPage, type RowQuery } from './pages.ts';
import type { OperationInput, OperationOutput } from '../handlers.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';

type Filter = OperationInput<'audit.list'>;
type Row = OperationOutput<'audit.list'>['rows'][number];

const phase = z.enum(['intent', 'outcome', 'read', 'refused', 'break', 'join', 'cut']);
const subject = z.record(z.string(), z.unknown());
const outcome = z.object({ key: z.string() });

/** Bytes of subjects that one answer holds at most. */
const mostBytes = 8 * 1_024 * 1_024;

/**
 * The newest rows that pass the filter.
 * @param signal ends the search early; what was found by then is the answer
 */
export async function listRows(
  database: Kysely<OrchestratorTables>,
  organization: string,
  filter: Filter,
  signal: AbortSignal,
): Promise<OperationOutput<'audit.list'>> {
  const found: Row[] = [];
  let bytes = 0;
  const { actor, key, environment, limit } = filter;
  const isWhole = actor === undefined && key === undefined && environment === undefined;
  for (let before = filter.before; ;) {
    // oxlint-disable-next-line no-await-in-loop -- the next page begins where this one ends
    const page = await firstPage(
      rowsBefore(database, organization, { ...filter, before }),
      isWhole ? limit - found.length : undefined,
    );
    for (const row of page.rows) {
      const told = view(row);
      before = row.sequence;
      if (!passes(told, filter)) continue;
      found.push(told);
      bytes += row.subject.length;
      if (found.length === limit) return { rows: found };
      if (bytes > mostBytes) return { rows: found, next: before };
    }
    if (page.isLast) return { rows: found };
    if (signal.aborted) return { rows: found, ...(before !== undefined && { next: before }) };
  }
}

function rowsBefore(
  database: Kysely<OrchestratorTables>,
  organization: string,
  { before, since, until, operation }: Omit<Filter, 'before'> & { before: number | undefined },
): RowQuery {
  return database
    .selectFrom('audit_rows')
    .where('organization', '=', organization)
    .$if(before !== undefined, (query) => query.where('sequence', '<', before ?? 0))
    .$if(since !== undefined, (query) => query.where('at', '>=', Date.parse(since ?? '')))
    .$if(until !== undefined, (query) => query.where('at', '<', Date.parse(until ?? '')))
    .$if(operation !== undefined, (query) => query.where('operation', '=', operation ?? ''))
    .orderBy('sequence', 'desc');
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
    ...(row.result !== null && { result: row.result }),
    ...(row.intent !== null && { intent: row.intent }),
  };
}

/** One row that was tampered with must not hide the others. */
function readSubject(text: string): Record<string, unknown> {
  try {
    return subject.parse(JSON.parse(text));
  } catch {
    return { unreadable: true };
  }
}
