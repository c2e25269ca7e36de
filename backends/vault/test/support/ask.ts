import {
  BackendError,
  SecretValue,
  type FailureCode,
  type ListPage,
  type ListQuery,
  type SecretBackend,
  type SecretRef,
  type WriteReceipt,
} from '@kici-dev/secret-backend';
import { context } from './host.ts';

/** The result of a read, in words: the text, `absent`, or the code. */
export async function readText(backend: SecretBackend, ...refs: readonly SecretRef[]): Promise<readonly string[]> {
  const outcomes = await backend.read(refs, context());
  return outcomes.map((outcome) =>
    outcome.status === 'found'
      ? (outcome.value.text() ?? 'not text')
      : outcome.status === 'absent'
        ? 'absent'
        : outcome.code,
  );
}

export async function pagesOf(
  backend: SecretBackend,
  query: ListQuery = { depth: 'tree' },
): Promise<readonly ListPage[]> {
  const pages: ListPage[] = [];
  for await (const page of backend.list(query, context())) pages.push(page);
  return pages;
}

export async function listAll(
  backend: SecretBackend,
  query: ListQuery = { depth: 'tree' },
): Promise<Record<'secrets' | 'unlisted' | 'unnameable', readonly string[]>> {
  const pages = await pagesOf(backend, query);
  return {
    secrets: pages.flatMap(({ secrets }) => secrets.map(({ scope, key }) => `${scope} ${key}`)).toSorted(),
    unlisted: pages
      .flatMap(({ unlisted }) => unlisted ?? [])
      .map(({ scope, code }) => `${scope} ${code}`)
      .toSorted(),
    unnameable: pages
      .flatMap(({ unnameable }) => unnameable ?? [])
      .map(({ name }) => name)
      .toSorted(),
  };
}

export async function writeText(
  backend: SecretBackend,
  { scope, key }: SecretRef,
  text: string,
  expectedVersion?: string | null,
): Promise<WriteReceipt> {
  if (backend.write === undefined) throw new Error('there is no write');
  return backend.write(
    { scope, key, value: SecretValue.fromText(text), ...(expectedVersion !== undefined && { expectedVersion }) },
    context(),
  );
}

/** The failure of a call that must fail. */
export async function failure(call: Promise<unknown>): Promise<BackendError> {
  try {
    await call;
  } catch (error) {
    if (BackendError.is(error)) return error;
    throw error;
  }
  throw new Error('the call succeeded');
}

export async function codeOf(call: Promise<unknown>): Promise<FailureCode> {
  return (await failure(call)).code;
}
