import {
  BackendError,
  SecretValue,
  type BackendDefinition,
  type BackendHost,
  type Failure,
} from '@kici-dev/secret-backend';
import { awsDefinition } from '@kici-dev/secret-backend-aws';
import { gcpDefinition } from '@kici-dev/secret-backend-gcp';
import { ssmDefinition } from '@kici-dev/secret-backend-ssm';
import { vaultDefinition } from '@kici-dev/secret-backend-vault';
import { createAddressGuard, defaultHostPolicy, openBackend, parseSettings } from '@kici-dev/secret-federation';
import { expect, onTestFinished } from 'vitest';
import { testHost } from '@kici-dev/secret-backend-conformance/testing';
import { context } from './scripted-backend.ts';

export interface Adapter {
  readonly definition: BackendDefinition;
  readonly settings: (address: string) => Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

const canary = 'canary-credential-70c1';
export const gcp = (transport: string): Adapter => ({
  definition: gcpDefinition,
  settings: (endpoint) => ({ project: 'shop', endpoint, transport, 'auth.method': 'token' }),
  secrets: { 'auth.token': canary },
});
export const adapters: Readonly<Record<string, Adapter>> = {
  vault: {
    definition: vaultDefinition,
    settings: (address) => ({ address, mount: 'secret', kvVersion: '2' }),
    secrets: { 'auth.token': canary },
  },
  aws: {
    definition: awsDefinition,
    settings: (endpoint) => ({ region: 'eu-central-1', endpoint, 'auth.accessKeyId': 'AKIATEST' }),
    secrets: { 'auth.secretAccessKey': canary },
  },
  ssm: {
    definition: ssmDefinition,
    settings: (endpoint) => ({ region: 'eu-central-1', endpoint, 'auth.accessKeyId': 'AKIATEST' }),
    secrets: { 'auth.secretAccessKey': canary },
  },
  'gcp over grpc': gcp('grpc'),
  'gcp over rest': gcp('rest'),
};

export interface Asking {
  readonly settings?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly allow?: readonly string[];
  readonly resolves?: boolean;
  /** Replaces the test's own look-up. */
  readonly resolveAddress?: BackendHost['resolveAddress'];
}

/** Why a check fails. Names resolve to this machine, by the test's own look-up. */
export async function failureOfCheck(adapter: Adapter, address: string, asking: Asking = {}): Promise<Failure> {
  const { settings = {}, secrets = {}, allow, resolves = true } = asking;
  const parsed = parseSettings(
    adapter.definition,
    { ...adapter.settings(address), ...settings },
    Object.fromEntries(
      Object.entries({ ...adapter.secrets, ...secrets }).map(([name, text]) => [name, SecretValue.fromText(text)]),
    ),
  );
  if (!parsed.ok) throw new TypeError(parsed.problems.map(({ field, problem }) => `${field} ${problem}`).join('; '));
  const guard = createAddressGuard({
    ...(allow !== undefined && { allow }),
    resolve: async () => (resolves ? [{ address: '127.0.0.1', family: 4 }] : []),
  });
  const { resolveAddress = guard } = asking;
  const hosted = openBackend(adapter.definition, parsed.settings, testHost({ resolveAddress }), {
    ...defaultHostPolicy,
    attempts: 1,
  });
  onTestFinished(() => hosted.close());
  const error: unknown = await hosted.check(context()).catch((thrown: unknown) => thrown);
  if (!BackendError.is(error)) throw new TypeError('the check succeeded');
  expect(`${error.message} ${error.detail} ${error.stack}`).not.toContain(canary);
  const { code, reason, about } = error;
  return { code, reason, ...(about !== undefined && { about }) };
}
