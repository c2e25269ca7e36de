import { contractMismatch, contractVersion, found, SecretValue } from '@kici-dev/secret-backend';
import { awsDefinition } from '@kici-dev/secret-backend-aws';
import { gcpDefinition } from '@kici-dev/secret-backend-gcp';
import { vaultDefinition } from '@kici-dev/secret-backend-vault';
import { describe, expect, it } from 'vitest';
import { context, hostScripted, ref } from '../support/scripted-backend.ts';

describe('the version of the contract', () => {
  it.each([awsDefinition, gcpDefinition, vaultDefinition].map((one) => [one.type, one] as const))(
    'is stated by %s',
    (_, definition) => {
      expect(definition.contract).toBe(contractVersion);
    },
  );

  it('is the first where a definition states none', () => {
    expect(contractMismatch({})).toBeUndefined();
  });

  it.each([
    [2, 'is written for version 2 of the backend contract, and this program has version 1'],
    ['1', 'is written for no known version of the backend contract, and this program has version 1'],
  ])('%j does not fit, and both versions are named', async (contract, words) => {
    expect(contractMismatch({ contract })).toBe(words);
  });

  it('is compared before the host makes a backend', async () => {
    const hosted = hostScripted(() => Promise.reject(new Error('made all the same')), { contract: 2 });
    await expect(hosted.check(context())).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('version 2 of the backend contract, and this program has version 1'),
    });
  });
});

it('a lease comes through the host as the adapter gave it, and nothing else with it', async () => {
  const lease = { id: 'database/creds/ci/1', expiresAt: '2026-11-29T12:00:00Z', renewable: true };
  const given = { ...found(SecretValue.fromText('a'), '1', lease), stray: 1, lease: { ...lease, stray: 1 } };
  const [outcome] = await hostScripted({ read: async () => [given] }).read([ref('A')], context());
  expect(outcome).toEqual(found(SecretValue.fromText('a'), '1', lease));
});
