import {
  BackendError,
  contractMismatch,
  type BackendDefinition,
  type BackendHost,
  type SecretBackend,
  type Settings,
} from '@kici-dev/secret-backend';
import { createFileReader } from './allowed-file.ts';

/** What is known of the machine and of the instance; the host makes the rest of `BackendHost` from it. */
export type HostSurroundings = Omit<BackendHost, 'readFile'>;

/**
 * The backend of a type as its adapter makes it, with the files that it may open.
 * @throws BackendError `misconfigured` when the adapter was written for another version of the contract
 */
export function createAdapter(
  definition: BackendDefinition,
  settings: Settings,
  surroundings: HostSurroundings,
): SecretBackend | Promise<SecretBackend> {
  const mismatch = contractMismatch(definition);
  if (mismatch !== undefined)
    throw new BackendError('misconfigured', { detail: `the backend type ${definition.type} ${mismatch}` });
  return definition.create(settings, { ...surroundings, readFile: createFileReader(surroundings.ambient.paths) });
}
