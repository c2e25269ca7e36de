import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import { isErrorBody } from '../../src/api/client-checks.ts';
import { errorBody } from '../../src/api/error-body.ts';
import { closeJob, openJob, readJobSecrets } from '../../src/api/job-calls.ts';
import { jobOperations } from '../../src/api/operations/jobs.ts';
import {
  canAllRun,
  isLoaderMessage,
  isStepMessage,
  type LoaderMessage,
  type StepMessage,
} from '../../src/agent/channel/to-agent.ts';
import { loaderMessage, stepMessage } from './support/message-schemas.ts';

const step = { name: 'one', timeout: 5 };
const job = {
  name: 'job',
  runsOn: ['default'],
  environment: 'production',
  secrets: ['A_*'],
  needs: [],
  env: { A: '1' },
  network: false,
  container: { image: 'debian:stable' },
  steps: [step],
};
const workflow = {
  name: 'w',
  on: [{ event: 'push', branches: ['main'], tags: ['v*'], paths: [] }],
  jobs: [job, { ...job, name: 'second', needs: ['job'] }],
};
const records = { path: '/p', sha256: 'a'.repeat(64) };
const code = { path: '/p', code: 'export {};' };
const why = { code: 'timeout', reason: 'connection_refused', about: 'address' };
const place = { key: 'A', backend: 'b', scope: 's' };

/** What each check is for, beside the schema that it stands for. */
const pairs: readonly (readonly [string, (value: unknown) => boolean, z.ZodType, readonly object[]])[] = [
  [
    'messages of a step',
    isStepMessage,
    stepMessage,
    [
      { type: 'ready' },
      { type: 'imported' },
      { type: 'addPath', folder: '/bin' },
      { type: 'finished', status: 'succeeded' },
      { type: 'finished', status: 'failed', error: 'why' },
      {
        type: 'ask',
        requests: [
          { id: 1, kind: 'get', key: 'A' },
          { id: 2, kind: 'mask', value: 'QUJD' },
          { id: 3, kind: 'mount', sources: ['A'], divider: '', finalNewline: true, mode: 0o600, name: 'file' },
        ],
      },
    ],
  ],
  [
    'messages of the process that reads the workflows',
    isLoaderMessage,
    loaderMessage,
    [
      { type: 'ready' },
      { type: 'stripped', typescript: 'a', javascript: 'b' },
      { type: 'linking', file: '/f' },
      { type: 'importing', file: '/f' },
      {
        type: 'modules',
        files: [records, code],
        imports: [{ parent: 'p', kind: 'import', specifier: 's', url: null }],
      },
      { type: 'workflow', file: '/f', workflow },
      { type: 'invalid', file: '/f', problem: 'why' },
      { type: 'loaded', quiet: true },
    ],
  ],
  [
    'errors',
    isErrorBody,
    errorBody,
    [
      {
        error: 'e',
        message: 'm',
        hint: 'h',
        requestId: 'r',
        ...why,
        operation: 'o',
        category: 'c',
        cliEquivalent: 'x',
      },
    ],
  ],
  [
    'opened jobs',
    openJob.isAnswer,
    jobOperations['jobs.open'].output,
    [
      {
        jobId: 'j',
        jobToken: 't',
        orchestratorPublicKey: 'QUJD',
        expiresAt: '2099-01-01T00:00:00Z',
        catalogue: [{ ...place, version: '1', status: 'available', ...why }],
        missing: [{ key: 'B', status: 'declared', near: ['A'] }],
        openEnded: false,
        unavailable: [
          { backend: 'b', scopes: ['s'], ...why, answered: true, meaning: 'm', hint: 'h', bindings: ['x'] },
        ],
        writeScope: 's',
        variables: [{ name: 'V', value: 'v', locked: true }],
      },
    ],
  ],
  [
    'delivered secrets',
    readJobSecrets.isAnswer,
    jobOperations['jobs.read'].output,
    [
      {
        secrets: [
          { ...place, status: 'sealed', sealed: 'QUJD', version: '1', ageMs: 2.5 },
          { ...place, status: 'unavailable', ...why, hint: 'h' },
          { ...place, status: 'declared' },
          { key: 'A', status: 'not_found' },
          { key: 'A', status: 'refused' },
        ],
      },
    ],
  ],
  ['closed jobs', closeJob.isAnswer, jobOperations['jobs.close'].output, [{}]],
];

/** As few names as make doubles, circles and gaps likely. */
const someName = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const needing = fc.array(fc.record({ name: someName, needs: fc.array(someName, { maxLength: 2 }) }), { maxLength: 5 });
const reading = (jobs: readonly object[]): unknown => ({
  type: 'workflow',
  file: '/f',
  workflow: { ...workflow, jobs: jobs.map((one) => ({ ...job, ...one })) },
});

/** What may come in the place of any part of a message. */
const strange = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    'x'.repeat(300),
    -1,
    0,
    1.5,
    1_000,
    2_147_483_648,
    1e300,
    true,
    [],
    {},
    ['*'],
    'QUJ',
    'a b',
  ),
  fc.constantFrom(
    'get',
    'mask',
    'mount',
    'push',
    'require',
    'refused',
    'declared',
    'failed',
    'loaded',
    'timeout',
    'A.b',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** A message with one of its parts gone, replaced, or joined by another. */
function changed(value: unknown, way: readonly number[], put: unknown): unknown {
  const [turn = 0, ...rest] = way;
  if (typeof value !== 'object' || value === null || way.length === 0) return put;
  const entries: [string, unknown][] = Object.entries(value);
  const at = turn % (entries.length + 1);
  const next: [string, unknown][] =
    at === entries.length
      ? [...entries, ['more', put]]
      : rest.length === 0 && turn % 2 === 0
        ? entries.filter((_, index) => index !== at)
        : entries.map(([name, part], index) => (index === at ? [name, changed(part, rest, put)] : [name, part]));
  return Array.isArray(value) ? next.map(([, part]) => part) : Object.fromEntries(next);
}

describe('what is checked by hand', () => {
  it('has the types of its schemas', () => {
    expectTypeOf<StepMessage>().toExtend<z.output<typeof stepMessage>>();
    expectTypeOf<z.output<typeof stepMessage>>().toExtend<StepMessage>();
    expectTypeOf<LoaderMessage>().toExtend<z.output<typeof loaderMessage>>();
    expectTypeOf<z.output<typeof loaderMessage>>().toExtend<LoaderMessage>();
  });

  it('are the operations of the registry', () => {
    for (const [call, operation] of [
      [openJob, jobOperations['jobs.open']],
      [readJobSecrets, jobOperations['jobs.read']],
      [closeJob, jobOperations['jobs.close']],
    ] as const) {
      expect([call.method, call.path, call.query]).toEqual([operation.method, operation.path, operation.query]);
    }
  });

  for (const [what, check, schema, samples] of pairs) {
    it(`takes ${what} as its schema does`, () => {
      for (const sample of samples) {
        expect(schema.safeParse(sample).success).toBe(true);
        expect(check(sample)).toBe(true);
      }
      const way = fc.array(fc.nat(40), { minLength: 0, maxLength: 7 });
      fc.assert(
        fc.property(fc.constantFrom(...samples), way, strange, way, strange, (sample, first, put, second, again) => {
          for (const one of [changed(sample, first, put), changed(changed(sample, first, put), second, again)]) {
            const value: unknown = JSON.parse(JSON.stringify(one ?? null));
            expect([check(value), value]).toEqual([schema.safeParse(value).success, value]);
          }
        }),
        { numRuns: 1_500 },
      );
    });
  }
});

describe('jobs that need each other', () => {
  it('are accepted as the schema accepts them', () => {
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(needing, (jobs) => {
        const isRight = loaderMessage.safeParse(reading(jobs)).success;
        seen.add(isRight);
        expect(isLoaderMessage(reading(jobs))).toBe(isRight);
      }),
      { numRuns: 2_000 },
    );
    expect(seen.size).toBe(2);
  });

  it('are looked at once each, in whatever order they come', () => {
    let looks = 0;
    const jobs = Array.from({ length: 9_000 }, (_, index) => ({
      name: `${index}`,
      needs: index === 8_999 ? [] : [`${index + 1}`],
    }));
    const counted = jobs.map(
      (one) =>
        new Proxy(one, {
          get(target, property, receiver) {
            if (property === 'needs') looks += 1;
            return Reflect.get(target, property, receiver);
          },
        }),
    );
    expect(canAllRun(counted)).toBe(true);
    expect(looks).toBeLessThanOrEqual(2 * jobs.length);
    expect(isLoaderMessage(reading(jobs))).toBe(true);
  });
});
