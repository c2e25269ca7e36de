import { BackendError } from '@kici-dev/secret-backend';

/** Limit of NextTokenType in the API model; tokens are remembered. */
const longestToken = 4_096;

/** Every page of a paged answer; a page may be empty and still have a successor. */
export async function* pagesOf<T extends { readonly NextToken?: string | undefined }>(
  operation: string,
  ask: (next: { NextToken?: string }) => Promise<T>,
): AsyncGenerator<T> {
  const asked = new Set<string | undefined>();
  let token: string | undefined;
  do {
    asked.add(token);
    const answer = await ask(token === undefined ? {} : { NextToken: token });
    if ((answer.NextToken?.length ?? 0) > longestToken)
      throw new BackendError('bad_answer', { detail: `${operation}: the token of the next page is too long` });
    yield answer;
    if (answer.NextToken !== undefined && asked.has(answer.NextToken))
      throw new BackendError('bad_answer', { detail: `${operation}: the next page was already returned` });
    // Moto ends some lists with an empty token.
    token = answer.NextToken === '' ? undefined : answer.NextToken;
  } while (token !== undefined);
}
