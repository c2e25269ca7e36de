import type { KeyObject } from 'node:crypto';
import type { Narrowing } from '../narrowing.ts';
import type { JobCatalogue } from './stored-catalogue.ts';

/** What a job may read, fixed at its start. */
export interface StoredJob {
  readonly organization: string;
  readonly environment: string;
  readonly catalogue: JobCatalogue;
  /** The `added` number of each backend: another of the same name has other secrets. */
  readonly backends: Readonly<Record<string, number>>;
  readonly sessionKey: KeyObject;
  readonly scopes: Narrowing;
}
