import { describe, expect, it } from 'vitest';
import { memoryCapabilities, memoryHarness, type Harness, type Verb } from '@kici-dev/secret-backend-conformance';
import { defineCapabilities } from '@kici-dev/secret-backend';
import { collect, failed, type Verdict } from './collect.ts';

const few = (id: string): boolean => /^outcome\.|^kit\.|^fault\.throttle\./.test(id);

function without(verb: Verb): Harness {
  return {
    async open() {
      const subject = await memoryHarness().open();
      const { [verb]: _hidden, ...provoke } = subject.provoke;
      return { ...subject, provoke };
    },
  };
}

async function run(harness: Harness, notProven: Record<string, string> = {}): Promise<readonly Verdict[]> {
  return collect({ name: 'memory', capabilities: memoryCapabilities, harness, notProven }, few);
}

const verdictOf = (verdicts: readonly Verdict[], wanted: string): Verdict | undefined =>
  verdicts.find(({ id }) => id === wanted);

describe('what is not proven', () => {
  it('fails where nobody announced it, and says what to do', async () => {
    const verdicts = await run(without('corrupt'));
    expect(failed(verdicts)).toEqual(['outcome.corrupt']);
    expect(verdictOf(verdicts, 'outcome.corrupt')?.message).toMatch(
      /lacks the verb corrupt; provide it, or list the case as not proven/,
    );
  });

  it('counts as not proven, with its reason, where it is announced', async () => {
    const verdicts = await run(without('corrupt'), { 'outcome.corrupt': 'the service checks nothing' });
    expect(failed(verdicts)).toEqual([]);
    expect(verdictOf(verdicts, 'outcome.corrupt')).toEqual({
      id: 'outcome.corrupt',
      result: 'not proven',
      message: 'the service checks nothing',
    });
  });

  it('fails where it is announced and could be proven', async () => {
    expect(failed(await run(memoryHarness(), { 'outcome.corrupt': 'laziness' }))).toEqual(['outcome.corrupt']);
  });

  it.each(['outcome.no-such-case', 'absent.write', '__proto__'])(
    'fails where %s is announced, which is not a case of the manifest',
    async (id) => {
      const notProven = Object.fromEntries([[id, 'because']]);
      expect(failed(await run(memoryHarness(), notProven))).toEqual(['kit.not-proven-known']);
    },
  );

  it('goes by single faults, where a harness can bring about some of them', async () => {
    const harness: Harness = {
      async open() {
        const subject = await memoryHarness().open();
        return { ...subject, provoke: { ...subject.provoke, faults: ['hang'] } };
      },
    };
    expect(failed(await run(harness))).toEqual(
      ['list', 'read', 'batch', 'write', 'delete', 'check'].map((operation) => `fault.throttle.${operation}`),
    );
  });
});

describe('the manifest decides which cases there are', () => {
  it('asks of a backend that only reads that it has no other methods', async () => {
    const capabilities = defineCapabilities({
      ...memoryCapabilities,
      write: false,
      delete: false,
      compareAndSet: false,
      versions: false,
      restore: false,
      declare: false,
      scopes: false,
    });
    const ids = (await collect({ name: 'reader', capabilities, harness: memoryHarness() })).map(({ id }) => id);
    expect(ids.filter((id) => id.startsWith('absent.'))).toEqual(
      ['write', 'delete', 'versions', 'restore', 'declare', 'scopes'].map((name) => `absent.${name}`),
    );
    expect(
      ids.filter(
        (id) => /^(writing|deleting|cas|declare|scopes)\.|\.(write|delete)$/.test(id) && !id.startsWith('absent.'),
      ),
    ).toEqual([]);
  });
});

describe('a fresh store for each case', () => {
  it('is opened once and disposed of once, whatever becomes of the case', async () => {
    const events = { opened: 0, disposed: 0 };
    const verdicts = await collect(
      {
        name: 'memory',
        capabilities: memoryCapabilities,
        notProven: { 'outcome.corrupt': 'counted too' },
        harness: {
          async open() {
            const subject = await memoryHarness().open();
            events.opened += 1;
            return {
              ...subject,
              provoke: {},
              async dispose() {
                events.disposed += 1;
                await subject.dispose();
              },
            };
          },
        },
      },
      few,
    );
    expect(events).toEqual({ opened: verdicts.length - 1, disposed: verdicts.length - 1 });
    expect(failed(verdicts).length).toBeGreaterThan(0);
  });
});
