import type { SecretBackend } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { longestHoldDuring } from '../../support/hold.ts';
import { context, hostScripted, path } from '../../support/scripted-backend.ts';

const scope = path('apps');
const query = { depth: 'tree' } as const;
const pageOf = (size: number, from = 0) => ({
  secrets: Array.from({ length: size }, (_, at) => ({ scope, key: `KEY_${from + at}` })),
});

function listing(pages: SecretBackend['list'], deadlineMs: number) {
  return hostScripted({ list: pages }, { policy: { deadlineMs, attempts: 1 } });
}

describe('law 12: names beyond measure', () => {
  it('of one page are taken in without holding up the process', async () => {
    const page = pageOf(200_000);
    const hosted = listing(async function* () {
      yield page;
    }, 60_000);
    const { result, heldMs } = await longestHoldDuring(() => hosted.listAged(query, context()));
    expect(result.secrets).toHaveLength(200_000);
    expect(heldMs).toBeLessThan(300);
  });

  it.each([
    ['full', pageOf(100)],
    ['empty', { secrets: [] }],
  ])('in %s pages without an end meet the deadline, though the adapter never waits for anything', async (_, page) => {
    const hosted = listing(async function* () {
      for (;;) yield page;
    }, 1_000);
    const { result, heldMs } = await longestHoldDuring(() =>
      hosted.listAged(query, context()).catch((error: unknown) => error),
    );
    expect(result).toMatchObject({ code: expect.stringMatching(/^(timeout|too_large)$/) });
    expect(heldMs).toBeLessThan(300);
  });

  it('with megabytes of text in each are too large a list', async () => {
    const key = 'K'.repeat(8_000_000);
    const hosted = listing(async function* () {
      for (;;) yield { secrets: [{ scope, key }] };
    }, 60_000);
    await expect(hosted.listAged(query, context())).rejects.toMatchObject({ code: 'too_large' });
  });
});
