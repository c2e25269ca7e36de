import type { SecretValue } from '@kici-dev/secret-backend';
import type { CatalogueEntry, KeyProblem, ValueMeta } from '../channel/from-agent.ts';
import type { Variable } from '../environment/job-environment.ts';

export type SecretRead =
  { readonly status: 'value'; readonly value: SecretValue; readonly meta: ValueMeta } | KeyProblem;

/** What a job may have: names from its start, values when a step asks. */
export interface JobSession {
  readonly catalogue: readonly CatalogueEntry[];
  /** Whether a key that is not in the catalogue may exist all the same. */
  readonly openEnded: boolean;
  /** What could not be listed when the session was opened, in words. */
  readonly notices: readonly string[];
  readonly variables: readonly Variable[];
  /** One answer for each key. A key outside the catalogue is not asked for unless the catalogue is open-ended. */
  read(keys: ReadonlySet<string>): Promise<ReadonlyMap<string, SecretRead>>;
  close(): Promise<void>;
}

/** Of a job that binds no environment: nothing, and nobody is asked. */
export const emptySession: JobSession = Object.freeze({
  catalogue: [],
  openEnded: false,
  notices: [],
  variables: [],
  read: async (keys: ReadonlySet<string>) =>
    new Map([...keys].map((key) => [key, { key, status: 'not_found' } as const])),
  close: async () => undefined,
});
