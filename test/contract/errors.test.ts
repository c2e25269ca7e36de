import { BackendError, failureCodes, isFailureCode, isTransient, type FailureCode } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';

const codes = Object.keys(failureCodes).filter(isFailureCode);

describe('backend errors', () => {
  it.each(codes)('%s says what happened and what to do next', (code: FailureCode) => {
    const error = new BackendError(code);
    expect(error.message).toContain(failureCodes[code].meaning);
    expect(error.message).toContain(`[${code}]`);
    expect(error.message.endsWith(failureCodes[code].hint)).toBe(true);
    expect(isTransient(code)).toBe(failureCodes[code].transient);
  });

  it('have no cause, which could hold a token or a body', () => {
    expect('cause' in new BackendError('server_error', { detail: 'x' })).toBe(false);
  });

  it('are recognized across two copies of the package, and nothing else is', () => {
    const foreign = Object.assign(new Error('from another copy'), {
      [Symbol.for('@kici-dev/secret-backend/BackendError')]: true,
    });
    expect(BackendError.is(foreign)).toBe(true);
    for (const other of [new Error('x'), null, undefined, 'BackendError', { name: 'BackendError' }])
      expect(BackendError.is(other)).toBe(false);
  });

  it('become outcomes that keep code, detail and waiting time', () => {
    expect(new BackendError('throttled', { detail: 'slow down', retryAfterMs: 1_500 }).toOutcome()).toEqual({
      status: 'unknown',
      code: 'throttled',
      detail: 'slow down',
      retryAfterMs: 1_500,
    });
    expect(new BackendError('sealed').toOutcome()).toEqual({ status: 'unknown', code: 'sealed' });
  });

  it('have codes that are a closed set, without prototype names', () => {
    for (const text of ['toString', '__proto__', 'constructor', '', 'nope']) expect(isFailureCode(text)).toBe(false);
  });
});
