import { describe, expect, it } from 'vitest';
import type { FailureCode } from '@kici-dev/secret-backend';
import { readText } from './support/ask.ts';
import { context } from './support/host.ts';
import { openVault, ref } from './support/open.ts';

const answers: readonly {
  readonly says: string;
  readonly status: number;
  readonly text?: string;
  readonly code: FailureCode;
  readonly detail?: string;
}[] = [
  { says: 'a request that makes no sense', status: 400, code: 'invalid_argument' },
  {
    says: 'a page of a proxy that lets nobody through',
    status: 403,
    text: '<html>forbidden</html>',
    code: 'bad_answer',
  },
  { says: 'an operation that the mount does not know', status: 405, code: 'misconfigured' },
  { says: 'state that this node has not seen yet', status: 412, code: 'stale_replica' },
  { says: 'a body that is too large', status: 413, code: 'too_large' },
  { says: 'a quota', status: 429, code: 'throttled' },
  { says: 'a disaster-recovery secondary', status: 472, code: 'stale_replica' },
  { says: 'a performance standby', status: 473, code: 'stale_replica' },
  { says: 'an internal error', status: 500, code: 'server_error' },
  { says: 'a server that is not initialized', status: 501, code: 'sealed' },
  { says: 'a plugin that does not answer', status: 502, code: 'server_error' },
  { says: 'a sealed server', status: 503, text: '{"errors":["Vault is sealed"]}', code: 'sealed' },
  {
    says: 'a locked namespace',
    status: 503,
    text: '{"errors":["API access to this namespace has been locked by an administrator"]}',
    code: 'server_error',
    detail: 'locked',
  },
  { says: 'maintenance', status: 503, text: '<html>back soon</html>', code: 'server_error' },
  { says: 'a gateway that gave up', status: 504, text: '', code: 'timeout' },
  {
    says: 'a page of a proxy for what it does not know',
    status: 404,
    text: '<html>not found</html>',
    code: 'bad_answer',
  },
  { says: 'a 404 without a body', status: 404, text: '', code: 'bad_answer' },
  {
    says: 'a path of version 1 on a mount of version 2',
    status: 404,
    text: '{"data":null,"warnings":["Invalid path for a versioned K/V secrets engine. See the API docs"]}',
    code: 'misconfigured',
    detail: 'invalid path for a versioned K/V',
  },
  {
    says: 'a mount that is being upgraded',
    status: 400,
    text: '{"errors":["Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period"]}',
    code: 'server_error',
  },
  {
    says: 'more fields than it takes',
    status: 400,
    text: '{"errors":["refused JSON input due to high complexity: exceeded maximum number of strings"]}',
    code: 'too_large',
  },
  {
    says: 'more than its storage takes',
    status: 500,
    text: '{"errors":["put failed due to value being too large; got 2 MB"]}',
    code: 'too_large',
  },
  {
    says: 'no such mount',
    status: 404,
    text: '{"errors":["no handler for route \\"x\\". route entry not found."]}',
    code: 'misconfigured',
    detail: 'mount',
  },
  {
    says: 'no such namespace',
    status: 404,
    text: '{"errors":["namespace not found"]}',
    code: 'misconfigured',
    detail: 'namespace',
  },
  {
    says: 'a success with a status that the API does not use',
    status: 206,
    text: '{"data":{"data":{"TOKEN":"x"},"metadata":{"version":1}}}',
    code: 'bad_answer',
  },
  {
    says: 'a secret of null',
    status: 200,
    text: '{"data":{"data":null,"metadata":{"version":1,"deletion_time":"","destroyed":false}}}',
    code: 'bad_answer',
  },
  { says: 'a null answer', status: 200, text: 'null', code: 'bad_answer' },
  { says: 'a success without content', status: 204, text: '', code: 'bad_answer' },
];

describe('what the server says, and the code that it becomes', () => {
  for (const { says, status, text = '{"errors":["internal words of the server"]}', code, detail } of answers) {
    it(`${status}, ${says}: ${code}`, async () => {
      const { backend, gateway } = await openVault({ kvVersion: '2' });
      await readText(backend, ref('warm', 'UP'));
      gateway.answerOnce({ status, text, headers: { 'content-type': 'application/json', 'retry-after': '7' } });
      const [outcome] = await backend.read([ref('app', 'TOKEN')], context());
      expect(outcome).toMatchObject({ status: 'unknown', code, ...(status >= 400 && { retryAfterMs: 7000 }) });
      if (detail !== undefined) expect(JSON.stringify(outcome)).toContain(detail);
      expect(JSON.stringify(outcome)).not.toContain('internal words');
    });
  }

  it('`Retry-After` may be a date', async () => {
    const { backend, gateway } = await openVault({ kvVersion: '2' });
    await readText(backend, ref('warm', 'UP'));
    gateway.answerOnce({
      status: 429,
      text: '',
      headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() },
    });
    const [outcome] = await backend.read([ref('app', 'TOKEN')], context());
    expect(
      outcome?.status === 'unknown' &&
        outcome.retryAfterMs !== undefined &&
        outcome.retryAfterMs > 50_000 &&
        outcome.retryAfterMs <= 60_000,
    ).toBe(true);
  });
});
