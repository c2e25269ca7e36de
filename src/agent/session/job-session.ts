import type { SecretValue } from '@kici-dev/secret-backend';
import type { CatalogueEntry, KeyProblem, ValueMeta } from '../channel/from-agent.ts';
import type { Variable } from '../environment/job-environment.ts';

export type SecretRead =
  { readonly status: 'value'; readonly value: SecretValue; readonly meta: ValueMeta } | KeyProblem;

export interface MissingKey {
  readonly key: string;
  readonly status: 'not_found' | 'declared';
  /** Keys of the environment that are written alike. */
  readonly near: readonly string[];
}

/** What a job may have: names from its start, values when a step asks. */
export interface JobSession {
  readonly catalogue: readonly CatalogueEntry[];
  /** Keys that the job states by name and that have no value. */
  readonly missing: readonly MissingKey[];
  /** Whether a key that is not in the catalogue may exist anyway. */
  readonly openEnded: boolean;
  /** What could not be listed when the session was opened, in words. */
  readonly notices: readonly string[];
  readonly variables: readonly Variable[];
  /** Where a secret that is missing can be set, as `kici-admin secret set --scope` takes it. */
  readonly writeScope?: string | undefined;
  /**
   * One answer for each key. A key outside the catalogue is not asked for unless the catalogue is open-ended, or the
   * job states its keys without it: then the orchestrator is informed, for its audit log, and nothing is served.
   */
  read(keys: ReadonlySet<string>): Promise<ReadonlyMap<string, SecretRead>>;
  close(): Promise<void>;
}

/** Of a job that binds no environment: nothing, and nobody is asked. */
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
