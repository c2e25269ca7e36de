import type { Access } from './access.ts';
import type { Accounts, Caller } from './accounts.ts';
import type { SecretStore } from './store.ts';

export interface FakeState {
  readonly caller: Caller;
  readonly accounts: Accounts;
  /** Where the caller finds what the request is about. */
  readonly store: SecretStore;
  readonly access: Access;
  readonly batch: BatchBehaviour;
  /** The service gives at most this many on a page, whatever is asked for. */
  readonly pageLimit: number;
}

export interface BatchBehaviour {
  /** Names that the answer leaves out without a word. */
  readonly leaveOut: Set<string>;
  /** The first page is empty and has a successor. */
  emptyFirstPage: boolean;
  /** Whether batches reach other accounts, of which the user guide says nothing. */
  reachesOthers: boolean;
}
