import { answerLimits, BackendError } from '@kici-dev/secret-backend';

/** The fields of answers to our calls. Source: the service's protocol. */
const fields = ['name', 'payload', 'secrets', 'versions', 'nextPageToken', 'totalSize', 'permissions'];
/** What else this package reads in them. */
const members = [...fields, 'data', 'dataCrc32c', 'state', 'createTime', 'etag', 'clientSpecifiedPayloadChecksum'];

/**
 * The client library takes any body of a success for a message and ignores unknown members: a proxy's page would pass
 * for an empty list, or for the answer to a delete. It also takes microseconds for every part of the message without a
 * pause, so it gets only what is needed.
 * @throws BackendError `bad_answer`, `too_large`
 */
export async function requireAnswer(response: Response): Promise<Response> {
  if (!response.ok) return response;
  const message =
    response.status === 200 && isJson(response.headers.get('content-type'))
      ? parseMessage(await response.text())
      : undefined;
  if (message === undefined)
    throw new BackendError('bad_answer', { detail: 'the response is not one that Secret Manager sends' });
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  const kept = JSON.stringify(message, members);
  if (kept.length > answerLimits.bytes.value)
    throw new BackendError('too_large', {
      detail: `the answer was rejected: it may have at most ${answerLimits.bytes.value} characters`,
    });
  return new Response(kept, { status: response.status, headers });
}

function isJson(contentType: string | null): boolean {
  return contentType !== null && /^application\/json *(?:;|$)/i.test(contentType);
}

function parseMessage(body: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    const names = Object.keys(parsed);
    return names.length === 0 || fields.some((name) => names.includes(name)) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
