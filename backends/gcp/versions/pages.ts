import { BackendError } from '@kici-dev/secret-backend';

export interface Page<T> {
  readonly items: readonly T[];
  /** The next page's token; empty after the last. */
  readonly next: string;
}

/** Limit for a page's token; tokens are remembered. */
const longestToken = 65_536;

/** Page after page. Rejects with a `BackendError` `bad_answer` if a page repeats, which would never end. */
export async function* pagesOf<T>(ask: (pageToken: string) => Promise<Page<T>>): AsyncGenerator<readonly T[]> {
  const asked = new Set<string>();
  for (let pageToken = ''; ;) {
    asked.add(pageToken);
    const { items, next } = await ask(pageToken);
    yield items;
    if (next === '') return;
    if (next.length > longestToken)
      throw new BackendError('bad_answer', { detail: 'Secret Manager returned a page token that is too long' });
    if (asked.has(next))
      throw new BackendError('bad_answer', {
        detail: 'Secret Manager returned the same page token twice',
      });
    pageToken = next;
  }
}
