import { BackendError, errorTrail } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';

const canary = 'canary-51f0';

function failing(message: string): Error {
  return new RangeError(message);
}

describe('the trail of an error', () => {
  it('has class, code and frames with function, file and line', () => {
    const error = Object.assign(failing('x'), { code: 'ERR_OUT_OF_RANGE' });
    expect(errorTrail(error)).toMatch(
      /^RangeError ERR_OUT_OF_RANGE\n {4}at failing \([^)]*test\/contract\/error-trail\.test\.ts:\d+:\d+\)\n/,
    );
  });

  it('goes on with the causes, and with what an AggregateError holds', () => {
    const cause = new TypeError('inner', { cause: Object.assign(new Error('innermost'), { code: 'ECONNREFUSED' }) });
    expect(errorTrail(new Error('outer', { cause })).match(/^\S.*$/gm)).toEqual([
      'Error',
      'caused by TypeError',
      'caused by Error ECONNREFUSED',
    ]);
    expect(errorTrail(new AggregateError([cause])).match(/^\S.*$/gm)).toEqual([
      'AggregateError',
      'caused by TypeError',
      'caused by Error ECONNREFUSED',
    ]);
  });

  it('has the code and the reason of a backend', () => {
    expect(errorTrail(new BackendError('unreachable', { reason: 'not_tls', detail: canary }))).toMatch(
      /^BackendError unreachable not_tls\n/,
    );
  });

  it('ends with chains that do not', () => {
    const error = new Error('round');
    error.cause = error;
    expect(errorTrail(error).match(/^\S.*$/gm)).toHaveLength(5);
  });

  it.each<[string, () => unknown]>([
    ['a message', () => failing(canary)],
    [
      'a message with lines like frames',
      () => failing(`x\n    at ${canary} (/a/${canary}.ts:1:1)\n    at b (/c.ts:1:1)`),
    ],
    [
      'a message that was changed afterwards',
      () => Object.assign(failing(`${canary}\n    at ${canary} (/a:1:1)`), { message: 'other' }),
    ],
    ['a name', () => Object.assign(failing('x'), { name: canary })],
    ['a code', () => Object.assign(failing('x'), { code: canary })],
    ['a code in capitals', () => Object.assign(failing('x'), { code: canary.toUpperCase() })],
    ['properties', () => Object.assign(failing('x'), { body: canary, errcode: canary })],
    ['a cause that is a text', () => new Error('x', { cause: canary })],
    ['causes with messages', () => new Error('x', { cause: new AggregateError([failing(canary)], canary) })],
    ['a text that is thrown', () => canary],
    ['an object that is thrown', () => ({ message: canary, stack: canary })],
    ['a stack of another form', () => Object.assign(failing('x'), { stack: canary })],
    [
      'properties that throw',
      () =>
        Object.defineProperty(failing('x'), 'code', {
          get() {
            throw new Error(canary);
          },
        }),
    ],
    ['nothing', () => undefined],
  ])('holds no value, with one in %s', (_, make) => {
    expect(errorTrail(make()).toLowerCase()).not.toContain(canary);
  });
});
