import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as sdk from '@kici-dev/sdk';

const folder = await mkdtemp(join(tmpdir(), 'kici-test-'));
await cp(join(import.meta.dirname, '../../src/sdk'), folder, { recursive: true });
const copy: typeof sdk = await import(join(folder, 'index.ts'));
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const missing = [{ key: 'A', status: 'not_found' }] as const;

describe('errors of the SDK', () => {
  it('know their kind across two copies of the package', () => {
    const error: unknown = new copy.SecretNotFoundError('no', missing);
    expect(copy.SecretNotFoundError).not.toBe(sdk.SecretNotFoundError);
    expect(error instanceof sdk.SecretNotFoundError).toBe(true);
    expect(error instanceof sdk.SecretAccessError).toBe(true);
    expect(error instanceof sdk.SdkError).toBe(true);
    expect(error instanceof sdk.SecretUnavailableError).toBe(false);
    expect(sdk.SecretNotFoundError.is(error)).toBe(true);
    expect(sdk.SecretFileError.is(error)).toBe(false);
    expect(sdk.SecretNotFoundError.is(new Error('no'))).toBe(false);
    const nothing: unknown = null;
    expect(nothing instanceof sdk.SecretNotFoundError).toBe(false);
  });

  it('say which keys, and where', () => {
    const error = new sdk.SecretUnavailableError('no', [
      ...missing,
      { key: 'B', status: 'unavailable', backend: 'v', scope: 's', code: 'timeout', hint: 'wait' },
    ]);
    expect(error).toMatchObject({
      name: 'SecretUnavailableError',
      key: 'B',
      backend: 'v',
      scope: 's',
      code: 'timeout',
      hint: 'wait',
    });
  });
});
