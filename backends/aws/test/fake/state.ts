import type { Access } from './access.ts';
import type { Accounts, Caller } from './accounts.ts';
import type { SecretStore } from './store.ts';

export interface FakeState {
  readonly caller: Caller;
  readonly accounts: Accounts;
  /** Where the caller finds what the request concerns. */
  readonly store: SecretStore;
  readonly access: Access;
  readonly batch: BatchBehaviour;
  /** The most names on a page, whatever is requested. */
  readonly pageLimit: number;
}

export interface BatchBehaviour {
  /** Names that the answer silently leaves out. */
  readonly leaveOut: Set<string>;
  /** The first page is empty but has a successor. */
  emptyFirstPage: boolean;
  /** Whether batches reach other accounts, which the user guide does not say. */
  reachesOthers: boolean;
}
