import {
  expressionBuilder,
  PostgresAdapter,
  type Expression,
  type Kysely,
  type Selectable,
  type SqlBool,
} from 'kysely';
import * as z from 'zod';
import { requestIdField } from './entry.ts';
import { firstPage, type RowQuery } from './pages.ts';
import type { OperationInput, OperationOutput } from '../handlers.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';

type Filter = OperationInput<'audit.list'>;
type Row = OperationOutput<'audit.list'>['rows'][number];

const phase = z.enum(['intent', 'outcome', 'read', 'refused', 'break', 'join', 'cut']);
const subject = z.record(z.string(), z.unknown());
const outcomeOfKey = z.object({ key: z.string(), backend: z.string().optional(), scope: z.string().optional() });

/** Bytes of subjects that one answer holds at most. */
const mostBytes = 8 * 1_024 * 1_024;

/**
 * The first rows, in the order that was asked for, that pass the filter.
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
  const { limit, order } = filter;
  for await (const part of partsOf(database, organization, filter)) {
    const rest = { ...filter, ...part };
    for (let isLast = false; !isLast;) {
      // oxlint-disable-next-line no-await-in-loop -- the next page begins where this one ends
      const page = await firstPage(
        rowsWithin(database, organization, rest),
        isWhole(filter) ? limit - found.length : undefined,
      );
      for (const row of page.rows) {
        const told = view(row);
        rest[order === 'newest' ? 'before' : 'after'] = row.sequence;
        if (!passes(told, filter)) continue;
        found.push(told);
        bytes += row.subject.length;
        if (found.length === limit) return { rows: found };
        if (bytes > mostBytes) return { rows: found, next: row.sequence };
      }
      ({ isLast } = page);
      if (signal.aborted) return { rows: found, next: order === 'newest' ? rest.before : rest.after };
    }
    if (signal.aborted) return { rows: found, next: order === 'newest' ? part.after + 1 : part.before - 1 };
  }
  return { rows: found };
}

/** Rows between two numbers, without these. */
interface Part {
  readonly after: number;
  readonly before: number;
}

/** A search for what is rare looks at this many in one statement: SQLite does nothing else meanwhile. */
const rowsPerStatement = 10_000;

/** Each begins at the next row that there is: between two of them may lie as many numbers as there are. */
async function* partsOf(
  database: Kysely<OrchestratorTables>,
  organization: string,
  { order, after = 0, before = Number.MAX_SAFE_INTEGER }: Filter,
): AsyncGenerator<Part> {
  for (const rest = { after, before }; ;) {
    const { next } = await database
      .selectFrom('audit_rows')
      .select(({ fn }) => fn[order === 'newest' ? 'max' : 'min']<number | null>('sequence').as('next'))
      .where('organization', '=', organization)
      .where('sequence', '>', rest.after)
      .where('sequence', '<', rest.before)
      .executeTakeFirstOrThrow();
    if (next === null) return;
    if (order === 'newest') {
      const first = Math.max(rest.after, next - rowsPerStatement);
      yield { after: first, before: next + 1 };
      rest.before = first + 1;
    } else {
      const end = Math.min(rest.before, next + rowsPerStatement);
      yield { after: next - 1, before: end };
      rest.after = end - 1;
    }
  }
}

/** Whether the database looks at everything that is filtered by. */
function isWhole({ actor, key, environment, outcome, scope, job, request }: Filter): boolean {
  return [actor, key, environment, outcome, scope, job, request].every((one) => one === undefined);
}

function rowsWithin(
  database: Kysely<OrchestratorTables>,
  organization: string,
  { order, before, after, since, until, operation, ...looked }: Filter & Part,
): RowQuery {
  const contains = database.getExecutor().adapter instanceof PostgresAdapter ? 'strpos' : 'instr';
  return database
    .selectFrom('audit_rows')
    .where('organization', '=', organization)
    .where('sequence', '<', before)
    .where('sequence', '>', after)
    .where((eb) => eb.and(worthALook(contains, looked)))
    .$if(since !== undefined, (query) => query.where('at', '>=', Date.parse(since ?? '')))
    .$if(until !== undefined, (query) => query.where('at', '<', Date.parse(until ?? '')))
    .$if(operation !== undefined, (query) => query.where('operation', '=', operation ?? ''))
    .orderBy('sequence', order === 'newest' ? 'desc' : 'asc');
}

/** What every row that passes has: a name is in its subject as JSON has it, wherever it stands there. */
function worthALook(
  contains: 'strpos' | 'instr',
  { key, environment, scope, job, request, actor, outcome }: Partial<Filter>,
): readonly Expression<SqlBool>[] {
  const eb = expressionBuilder<OrchestratorTables, 'audit_rows'>();
  const has = (column: 'subject' | 'actor', text: string): Expression<SqlBool> =>
    eb(eb.fn(contains, [column, eb.val(text)]), '>', 0);
  const named = (name: string): Expression<SqlBool> => has('subject', JSON.stringify(name));
  return [
    ...(key === undefined ? [] : [named(key)]),
    ...(environment === undefined ? [] : [named(environment)]),
    // With its backend, or beside it.
    ...(scope === undefined ? [] : [has('subject', JSON.stringify(scope.slice(scope.indexOf(':') + 1)).slice(1, -1))]),
    ...(job === undefined ? [] : [eb.or([eb('actor', '=', `job:${job}`), named(job)])]),
    ...(request === undefined ? [] : [named(request.toLowerCase())]),
    ...(actor === undefined ? [] : [has('actor', actor)]),
    ...(outcome === undefined
      ? []
      : [eb.or([eb('result', '=', outcome), eb.and([eb('phase', '=', 'read'), eb('result', 'is', null)])])]),
  ];
}

function passes({ operation, actor, subject: about, phase: when, result, requestId }: Row, filter: Filter): boolean {
  const { key, environment, outcome: ending, scope, job, request } = filter;
  const owner = operation.split('.')[0];
  const outcomes = outcomesOf(about['outcomes']);
  const keys = [about['key'], about['keys'], outcomes.map((one) => one.key), owner === 'variables' && about['name']];
  const environments = [about['environment'], owner === 'environments' && about['name']];
  const scopes = [about['scope'], about['scopes'], about['from'], about['to'], about['bind'], outcomes.map(placeOf)];
  return (
    (filter.actor === undefined || actor.includes(filter.actor)) &&
    (key === undefined || keys.flat().includes(key)) &&
    (environment === undefined || environments.includes(environment)) &&
    (scope === undefined || scopes.flat().some((one) => typeof one === 'string' && inFull(one) === inFull(scope))) &&
    (job === undefined || about['jobId'] === job || actor === `job:${job}`) &&
    (request === undefined || requestId === request.toLowerCase()) &&
    // A read that found its values has no result of its own.
    (ending === undefined || (result ?? (when === 'read' ? 'done' : undefined)) === ending)
  );
}

type Outcome = z.output<typeof outcomeOfKey>;

function placeOf({ backend, scope }: Outcome): string | undefined {
  return scope === undefined ? undefined : `${backend ?? 'internal'}:${scope}`;
}

/** Without a backend, a scope is one of the internal store. */
function inFull(scope: string): string {
  return scope.includes(':') ? scope : `internal:${scope}`;
}

function outcomesOf(outcomes: unknown): readonly Outcome[] {
  return Array.isArray(outcomes) ? outcomes.flatMap((one) => outcomeOfKey.safeParse(one).data ?? []) : [];
}

function view(row: Selectable<OrchestratorTables['audit_rows']>): Row {
  const { [requestIdField]: requestId, ...about } = readSubject(row.subject);
  return {
    sequence: row.sequence,
    at: rfc3339(row.at),
    phase: phase.parse(row.phase),
    operation: row.operation,
    actor: row.actor,
    subject: about,
    ...(typeof requestId === 'string' && { requestId }),
    ...(row.result !== null && { result: row.result }),
    ...(row.intent !== null && { intent: row.intent }),
    mac: row.mac,
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
