import type { OrchestratorTables } from '../tables.ts';
import type { SealedTable } from './parts.ts';

interface Sealed<Name, Column extends string, Later extends string> extends SealedTable {
  readonly name: Name & string;
  readonly columns: readonly Column[];
  readonly later?: Readonly<Record<Later, string | number | null>>;
}

function sealed<
  Name extends keyof OrchestratorTables,
  const Column extends keyof OrchestratorTables[Name] & string,
  const Later extends keyof OrchestratorTables[Name] & string = never,
>(
  name: Name,
  columns: readonly Column[],
  later?: Readonly<Record<Later, string | number | null>>,
): Sealed<Name, Column, Later> {
  return { name, columns, ...(later !== undefined && { later }) };
}

/**
 * What seals cover. Not covered: counters that only invalidate caches (`organizations.generation`, `backends.written`),
 * and of a job what its session key is bound to (see `job-store.ts`) and what ends it.
 */
export const sealedTables = {
  tokens: sealed('tokens', [
    'id',
    'organization',
    'name',
    'role',
    'hash',
    'scopes',
    'environments',
    'agent',
    'created_at',
    'expires_at',
    'revoked_at',
  ]),
  organizations: sealed('organizations', ['name', 'created_at'], { policy: null }),
  backends: sealed(
    'backends',
    [
      'organization',
      'name',
      'type',
      'settings',
      'secret_settings',
      'optional',
      'cache_max_age_ms',
      'serve_stale_ms',
      'generation',
      'added',
      'created_at',
      'updated_at',
    ],
    { deadline_ms: 10_000 },
  ),
  environments: sealed('environments', ['organization', 'name', 'created_at']),
  bindings: sealed(
    'bindings',
    ['id', 'organization', 'environment', 'scope', 'host', 'priority', 'prefix', 'map', 'created_at'],
    { skip_deleted: 0 },
  ),
  variables: sealed('variables', ['organization', 'environment', 'name', 'value', 'locked', 'updated_at']),
  jobs: sealed('jobs', [
    'id',
    'organization',
    'environment',
    'workflow',
    'job',
    'token_id',
    'token_hash',
    'opened_at',
    'expires_at',
  ]),
  sign_ins: sealed('sign_ins', [
    'id',
    'token_id',
    'organization',
    'home',
    'hash',
    'created_at',
    'used_at',
    'expires_at',
  ]),
  sign_in_codes: sealed('sign_in_codes', ['hash', 'token_id', 'organization', 'home', 'expires_at']),
};

export type Covered<Name extends keyof typeof sealedTables> = Pick<
  OrchestratorTables[Name],
  Extract<
    (typeof sealedTables)[Name]['columns'][number] | LaterOf<(typeof sealedTables)[Name]>,
    keyof OrchestratorTables[Name]
  >
>;

type LaterOf<Table> = Table extends Sealed<unknown, string, infer Later> ? Later : never;
