import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Progress } from '../../src/api/answer-lines.ts';
import type { AuditVerification, VerifyOptions } from '../../src/orchestrator/audit/verify.ts';
import { createWalks, type Walks } from '../../src/orchestrator/audit/walks.ts';
import type { Call } from '../../src/orchestrator/caller.ts';

const verification = (rows: number): AuditVerification => ({
  intact: true,
  rows,
  openIntents: [],
  problems: [],
  acknowledgement: undefined,
  beginning: { after: 0, mac: '' },
  removable: undefined,
  marks: [],
  state: { through: rows, digest: '' },
});
const cut: Pick<VerifyOptions, 'removable'> = { removable: { olderThan: 1, through: undefined } };

type Asking = Parameters<Walks>[0];

function asking(organization: string, token: string, waiter: Partial<Call['waiter']> = {}): Asking {
  const caller = { kind: 'token', id: token, name: token, role: 'owner', organization: undefined } as const;
  return { organization, caller, waiter: { isGone: () => false, tell: () => undefined, ...waiter } };
}

/** Walks that end when they are told to, each with its own number as the count of its rows. */
function heldWalks() {
  const begun: { readonly organization: string; readonly rows: number[]; readonly isCut: boolean }[] = [];
  const waiters: Call['waiter'][] = [];
  const ends: PromiseWithResolvers<AuditVerification>[] = [];
  const walks = createWalks((organization, { rows = new Set(), removable, waiter }) => {
    begun.push({ organization, rows: [...rows], isCut: removable !== undefined });
    waiters.push(waiter);
    const end = Promise.withResolvers<AuditVerification>();
    ends.push(end);
    return end.promise;
  });
  return { walks, begun, waiters, end: (index: number) => ends[index]?.resolve(verification(index)), ends };
}

const rowsOf = async (outcome: Promise<AuditVerification>): Promise<number> => (await outcome).rows;

describe('walks of one organization', () => {
  it('come one after the other in the order of their callers, those of others beside them', async () => {
    const { walks, begun, end } = heldWalks();
    const all = [
      walks(asking('a', 't')),
      walks(asking('a', 't'), cut),
      walks(asking('a', 't'), { rows: new Set([1]) }),
      walks(asking('a', 't'), cut),
      walks(asking('b', 't')),
    ];
    expect(begun.map(({ organization }) => organization)).toEqual(['a', 'b']);
    for (const index of [1, 0, 2, 3, 4]) {
      await expect.poll(() => begun.length).toBeGreaterThan(index);
      end(index);
    }
    expect(await Promise.all(all.map(rowsOf))).toEqual([0, 2, 3, 4, 1]);
    expect(begun.slice(2).map(({ isCut }) => isCut)).toEqual([true, false, true]);
  });

  it('are shared by all who ask before they begin, with the rows of each', async () => {
    const { walks, begun, end, waiters } = heldWalks();
    const first = walks(asking('a', 't'));
    const told: Progress[] = [];
    const others = [
      walks(asking('a', 'x', { tell: (progress) => void told.push(progress) }), { rows: new Set([1, 2]) }),
      walks(asking('a', 'y'), { rows: new Set([2, 3]) }),
      walks(asking('a', 'z')),
    ];
    end(0);
    expect(await rowsOf(first)).toBe(0);
    await expect.poll(() => begun).toHaveLength(2);
    expect(begun[1]?.rows).toEqual([1, 2, 3]);
    waiters[1]?.tell({ done: 1, of: 2 });
    expect(told).toEqual([{ done: 1, of: 2 }]);
    const late = walks(asking('a', 'z'));
    end(1);
    expect(await Promise.all(others.map(rowsOf))).toEqual([1, 1, 1]);
    await expect.poll(() => begun).toHaveLength(3);
    end(2);
    expect(await rowsOf(late)).toBe(2);
  });

  it('keep nobody of another token out, however many one asks for', async () => {
    const { walks, begun, end } = heldWalks();
    const greedy = Array.from({ length: 40 }, () => walks(asking('a', 'greedy')));
    const refused = greedy.slice(16).map((one) => expect(one).rejects.toMatchObject({ code: 'too_many_requests' }));
    await Promise.all(refused);
    const owner = walks(asking('a', 'owner'), cut);
    const elsewhere = walks(asking('b', 'greedy'));
    for (const index of [0, 1, 2, 3]) {
      await expect.poll(() => begun.length).toBeGreaterThan(index);
      end(index);
    }
    await Promise.all([...greedy.slice(0, 16), owner, elsewhere]);
    const again = walks(asking('a', 'greedy'));
    end(4);
    expect(await rowsOf(again)).toBe(4);
  });
});

describe('who leaves', () => {
  it('while others wait is let go at once, and begins nothing', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { walks, begun, end } = heldWalks();
    const first = walks(asking('a', 't'));
    let isGone = false;
    const told: Progress[] = [];
    const tell = (progress: Progress): void => void told.push(progress);
    const left = walks(asking('a', 'u', { isGone: () => isGone, tell }), cut);
    const outcome = expect(left).rejects.toMatchObject({ message: 'the client has left' });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told).toEqual([
      { done: 0, of: 0 },
      { done: 0, of: 0 },
    ]);
    isGone = true;
    await vi.advanceTimersByTimeAsync(1_000);
    await outcome;
    const next = walks(asking('a', 't'), cut);
    end(0);
    await first;
    await expect.poll(() => begun).toHaveLength(2);
    end(1);
    expect(await rowsOf(next)).toBe(1);
  });

  it('leaves the walk to those who share it', async () => {
    const { walks, waiters, end } = heldWalks();
    let isGone = false;
    const first = walks(asking('a', 't'));
    const [one, other] = [walks(asking('a', 'u', { isGone: () => isGone })), walks(asking('a', 'v'))];
    end(0);
    await first;
    await expect.poll(() => waiters).toHaveLength(2);
    isGone = true;
    expect(waiters[1]?.isGone()).toBe(false);
    end(1);
    expect(await Promise.all([rowsOf(one), rowsOf(other)])).toEqual([1, 1]);
  });

  it('with an error leaves it to the next', async () => {
    const { walks, begun, ends, end } = heldWalks();
    const failing = walks(asking('a', 't'));
    const next = walks(asking('a', 't'));
    const outcome = expect(failing).rejects.toThrow('broken');
    ends[0]?.reject(new Error('broken'));
    await outcome;
    await expect.poll(() => begun).toHaveLength(2);
    end(1);
    expect(await rowsOf(next)).toBe(1);
  });
});
