import type { FailureCode } from '@kici-dev/secret-backend';
import type { HostHealth } from './hosted-backend.ts';

/** What a call to a backend does. */
export type CallKind = 'list' | 'read' | 'check' | 'look' | 'change';

/** Where an answer came from; `stale`: from the cache, because the backend has failed. */
export type AnswerSource = 'backend' | 'cache' | 'stale';

/** Hears what one backend does, for those who measure it. It is told codes and times only, and must not throw. */
export interface BackendObserver {
  /**
   * Runs one try of a call, with its wait for a free place.
   * @param failureOf why a result counts as a failure of the whole backend
   */
  call<T>(kind: CallKind, run: () => Promise<T>, failureOf: (result: T) => FailureCode | undefined): Promise<T>;
  /** Called for each secret that was read. */
  read(outcome: 'found' | 'absent' | FailureCode, source: AnswerSource): void;
  /** Called for each list of names. */
  listed(source: AnswerSource): void;
  /**
   * @param health of the backend, until it is closed
   * @returns a function to be called when it is closed
   */
  opened(health: () => HostHealth): () => void;
}
