import type { ScopeId, ScopePath } from '@kici-dev/secret-backend';
import { parseScopePattern, placeholder, selectsBackend, selectsScope } from '@kici-dev/secret-federation';
import type { Kysely } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import { requirePermission, type Call, type Caller } from '../caller.ts';
import { narrowingOf, showsBinding } from '../narrowing.ts';
import { bumpGeneration } from '../organizations/generation.ts';
import { reaches } from '../reach.ts';
import type { RowSeals, Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';
import { parseRow } from './bindings.ts';
import { changeBindings, type BindingRow, type BoundEnvironment } from './store.ts';

/** A new name for a scope of one backend. */
export interface Renaming {
  readonly backend: string;
  readonly from: ScopePath;
  readonly to: ScopePath;
}

/** The bindings that a renaming affects. */
export interface BoundBy {
  /** They name the scope itself, and could name it by its new name. */
  readonly exact: readonly BindingRow[];
  /** Patterns that select the old name, at least for some agent, but not the new one. */
  readonly unmatched: readonly BindingRow[];
}

export function boundBy(environments: readonly BoundEnvironment[], renaming: Renaming): BoundBy {
  const { backend, from } = renaming;
  const exact = new Array<BindingRow>();
  const unmatched = new Array<BindingRow>();
  for (const row of environments.flatMap(({ bindings }) => bindings)) {
    const binding = parseRow(row);
    if (binding.backend === backend && binding.pattern === from) exact.push(row);
    else if (selectsBackend(binding, backend) && losesIt(binding.pattern, renaming)) unmatched.push(row);
  }
  return { exact, unmatched };
}

/** Errs towards yes where a placeholder stands for only part of a segment. */
function losesIt(pattern: string, { from, to }: Renaming): boolean {
  const filled = [...new Set(from.split('/').map((segment) => pattern.replace(placeholder, segment)))];
  const holding = filled.filter((text) => selects(text, from));
  return holding.length === 0 ? selects(withStars(pattern), from) : holding.some((text) => !selects(text, to));
}

function withStars(pattern: string): string {
  return pattern.replace(placeholder, '*');
}

/** Whether the binding selects the scope, for some agent where it has placeholders. */
export function couldSelect(row: BindingRow, { backend, path }: ScopeId): boolean {
  const binding = parseRow(row);
  return selectsBackend(binding, backend) && selects(withStars(binding.pattern), path);
}

function selects(text: string, scope: ScopePath): boolean {
  const pattern = parseScopePattern(text);
  return pattern.ok && selectsScope(pattern.value, scope);
}

export function seenRows(caller: Caller, rows: readonly BindingRow[]): readonly BindingRow[] {
  return rows.filter(
    (row) =>
      reaches(caller, { kind: 'view', environment: row.environment }) &&
      (narrowingOf(caller) === undefined || showsBinding(narrowingOf(caller), parseRow(row))),
  );
}

/**
 * Makes bindings name the scope by its new name, within the transaction that renames it.
 * @returns the bindings as they are then
 * @throws ApiError `permission_denied` if the caller may not change each of them, `tampered`
 */
export async function moveBindings(
  transaction: Kysely<OrchestratorTables>,
  seals: Seals,
  own: RowSeals,
  { caller, organization }: Call,
  rows: readonly BindingRow[],
  { backend, to }: Renaming,
): Promise<readonly BindingRow[]> {
  if (rows.length === 0) return [];
  requirePermission(caller, 'environments:write');
  const moved = rows.map((row) => ({ ...row, scope: row.scope.includes(':') ? `${backend}:${to}` : to }));
  requireMovable(caller, rows, moved);
  for (const [environment, ofEnvironment] of Map.groupBy(moved, (row) => row.environment)) {
    await changeBindings(transaction, seals, own, { organization, environment }, async () => {
      for (const { id, scope } of ofEnvironment)
        await transaction
          .updateTable('bindings')
          .set({ scope })
          .where('organization', '=', organization)
          .where('id', '=', id)
          .execute();
    });
  }
  await bumpGeneration(transaction, organization);
  return moved;
}

function requireMovable(caller: Caller, before: readonly BindingRow[], after: readonly BindingRow[]): void {
  const closed = before.filter(
    ({ environment, scope }, index) =>
      !reaches(caller, { kind: 'environment', environment }) ||
      ![scope, after[index]?.scope ?? ''].every((pattern) => reaches(caller, { kind: 'pattern', pattern })),
  );
  if (closed.length > 0)
    throw new ApiError(
      'permission_denied',
      `this token may not change ${namesOf(caller, closed)}`,
      'nothing was renamed; ask somebody who may change them, or rename the scope with `--keep-bindings`',
    );
}

/** Such as "the binding b1 of the environment production, and 2 of environments that it may not see". */
export function namesOf(caller: Caller, rows: readonly BindingRow[]): string {
  const seen = seenRows(caller, rows);
  const named = seen.map(({ id, environment }) => `the binding ${id} of the environment ${environment}`).join(', ');
  const others = rows.length - seen.length;
  if (others === 0) return named;
  const unseen = `${others} ${others === 1 ? 'binding' : 'bindings'} that it may not see`;
  return seen.length === 0 ? unseen : `${named}, and ${unseen}`;
}
