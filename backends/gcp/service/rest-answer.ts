import { BackendError } from '@kici-dev/secret-backend';

/** What the answers to our calls hold. Source: the service's protocol. */
const fields = ['name', 'payload', 'secrets', 'versions', 'nextPageToken', 'totalSize', 'permissions'];

/**
 * The client library takes any body of a success for a message, leaving out what it does not know: a proxy's
 * page would pass for an empty list, or for the answer to a delete.
 * @throws BackendError `bad_answer`
 */
export async function requireAnswer(response: Response): Promise<Response> {
  if (
    response.ok &&
    !(
      response.status === 200 &&
      isJson(response.headers.get('content-type')) &&
      isMessage(await response.clone().text())
    )
  ) {
    throw new BackendError('bad_answer', { detail: 'what came is no answer of Secret Manager' });
  }
  return response;
}

function isJson(contentType: string | null): boolean {
  return contentType !== null && /^application\/json *(?:;|$)/i.test(contentType);
}

function isMessage(body: string): boolean {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return false;
    const names = Object.keys(parsed);
    return names.length === 0 || fields.some((name) => names.includes(name));
  } catch {
    return false;
  }
}
