import {
  BackendError,
  contractMismatch,
  RecentWritesHere,
  type BackendDefinition,
  type BackendHost,
  type RecentWrites,
  type SecretBackend,
  type Settings,
} from '@kici-dev/secret-backend';
import { createFileReader } from './allowed-file.ts';
import type { BackendObserver } from './observer.ts';

/** What is known about machine and instance; the host completes `BackendHost`. */
export type HostSurroundings = Omit<BackendHost, 'readFile' | 'recentWrites'> & {
  /** Default: those of this instance, in memory. */
  readonly recentWrites?: RecentWrites;
  /** Default: nobody measures it. */
  readonly observer?: BackendObserver;
};

/**
 * Creates a type's backend through its adapter, with access to the files that it may open.
 * @throws BackendError `misconfigured` if the adapter was written for another version of the contract
 */
export function createAdapter(
  definition: BackendDefinition,
  settings: Settings,
  surroundings: HostSurroundings,
): SecretBackend | Promise<SecretBackend> {
  const mismatch = contractMismatch(definition);
  if (mismatch !== undefined)
    throw new BackendError('misconfigured', { detail: `the backend type ${definition.type} ${mismatch}` });
  const { observer: _, recentWrites = new RecentWritesHere(() => surroundings.now()), ...host } = surroundings;
  return definition.create(settings, {
    ...host,
    recentWrites,
    readFile: createFileReader(surroundings.ambient.paths),
  });
}
