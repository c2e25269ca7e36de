import type { SecretValue } from '@kici-dev/secret-backend';
import type { CatalogueEntry, KeyProblem, ValueMeta } from '../channel/from-agent.ts';
import type { Variable } from '../environment/job-environment.ts';

export type SecretRead =
  { readonly status: 'value'; readonly value: SecretValue; readonly meta: ValueMeta } | KeyProblem;

export interface MissingKey {
  readonly key: string;
  readonly status: 'not_found' | 'declared';
  /** Keys of the environment that are spelled similarly. */
  readonly near: readonly string[];
}

/** What a job may have: names from its start, values when a step asks. */
export interface JobSession {
  readonly catalogue: readonly CatalogueEntry[];
  /** Keys that the job states by name but that have no value. */
  readonly missing: readonly MissingKey[];
  /** Whether a key that is not in the catalogue may exist anyway. */
  readonly openEnded: boolean;
  /** What could not be listed when the session was opened, in words. */
  readonly notices: readonly string[];
  readonly variables: readonly Variable[];
  /** Where a missing secret can be set, in the form that `kici-admin secret set --scope` takes. */
  readonly writeScope?: string | undefined;
  /**
   * One answer per key. A key outside the catalogue is requested only if the catalogue is open-ended, or if the job
   * states its keys without it: then the orchestrator is told for its audit log, and serves nothing.
   */
  read(keys: ReadonlySet<string>): Promise<ReadonlyMap<string, SecretRead>>;
  close(): Promise<void>;
}

/** For a job that binds no environment. */
export const emptySession: JobSession = Object.freeze({
  catalogue: [],
  missing: [],
  openEnded: false,
  notices: [],
  variables: [],
  read: async (keys: ReadonlySet<string>) =>
    new Map([...keys].map((key) => [key, { key, status: 'not_found' } as const])),
  close: async () => undefined,
});
