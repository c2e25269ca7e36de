import type { ReadOutcome, SecretBackend, SecretRef } from '@kici-dev/secret-backend';
import { callContext, path } from '../world.ts';

/** An outcome in words: the text that was found, or the status, with the code if unknown. */
export function say(outcome: ReadOutcome | undefined): string {
  if (outcome?.status === 'found') return outcome.value.text() ?? 'bytes';
  return outcome?.status === 'unknown' ? `unknown ${outcome.code}` : (outcome?.status ?? 'no outcome');
}

/** Reads in one call; one outcome per ref, as `say` phrases it. */
export async function readAll(backend: SecretBackend, refs: readonly SecretRef[]): Promise<string[]> {
  return (await backend.read(refs, callContext())).map(say);
}

export interface NamesInWords {
  /** `SCOPE KEY`, with a problem or `declared` in brackets. */
  readonly names: string[];
  /** `SCOPE (CODE)` */
  readonly unlisted: string[];
  readonly unnameable: string[];
}

/** Every name of a backend. @param scope at and below which; default: all */
export async function listAll(backend: SecretBackend, scope?: string): Promise<NamesInWords> {
  const listing: NamesInWords = { names: [], unlisted: [], unnameable: [] };
  for await (const page of backend.list(
    { depth: 'tree', ...(scope !== undefined && { scope: path(scope) }) },
    callContext(),
  )) {
    listing.names.push(
      ...page.secrets.map(
        ({ scope: at, key, problem, declaredOnly }) =>
          `${at} ${key}${problem === undefined ? '' : ` (${problem})`}${declaredOnly === true ? ' (declared)' : ''}`,
      ),
    );
    listing.unlisted.push(...(page.unlisted ?? []).map(({ scope: at, code }) => `${at} (${code})`));
    listing.unnameable.push(...(page.unnameable ?? []).map(({ name }) => name));
  }
  return listing;
}
