import { setTimeout as pause } from 'node:timers/promises';
import { SecretValue, whyOf, type Failure, type FailureCode } from '@kici-dev/secret-backend';
import { ApiError, type ApiErrorCode } from '../../../src/api/api-error.ts';
import { createSessionKeyPair, deriveSessionKey, sealForJob } from '../../../src/api/job-seal.ts';
import { startWireApi, type WireApi } from '../../support/wire-api.ts';

export interface FakeSecrets {
  readonly values?: Readonly<Record<string, string | Uint8Array>>;
  readonly declared?: readonly string[];
  readonly unavailable?: Readonly<Record<string, FailureCode>>;
  /** Deleted wherever they were. */
  readonly gone?: readonly string[];
  /** Why it is unavailable, with the details. */
  readonly because?: Pick<Failure, 'reason' | 'about'>;
  /** Keys that have a value but are not in the catalogue. */
  readonly unlisted?: Readonly<Record<string, string>>;
  readonly openEnded?: boolean;
  /** Optional backends that could not be queried when the job began. */
  readonly unlistedBackends?: readonly string[];
  /** Replaces the answer to a request for values. */
  readonly readFails?: ApiErrorCode;
  /** Delay of a request for values. */
  readonly readMs?: number;
  /** Is waited for before a session is closed. */
  readonly closing?: Promise<unknown>;
  /** Seals values for the wrong key. */
  readonly mixedUp?: boolean;
  readonly variables?: readonly { readonly name: string; readonly value: string; readonly locked: boolean }[];
}

const from = { backend: 'internal', scope: 'production' };

/** The orchestrator's job operations on the wire, with real key agreement and real sealing. */
export async function startFakeJobs({
  values = {},
  declared = [],
  unavailable: elsewhere = {},
  gone = [],
  because = {},
  unlisted = {},
  openEnded = false,
  unlistedBackends = [],
  readFails,
  readMs = 0,
  closing,
  mixedUp = false,
  variables = [],
}: FakeSecrets): Promise<WireApi> {
  const unavailable = { ...elsewhere, ...Object.fromEntries(gone.map((key) => [key, 'deleted' as const])) };
  const sessions = new Map<string, ReturnType<typeof deriveSessionKey>>();
  let opened = 0;
  return startWireApi({
    'jobs.open': ({ agentPublicKey }) => {
      const pair = createSessionKeyPair();
      opened += 1;
      const jobId = `job-${opened}`;
      sessions.set(jobId, deriveSessionKey(pair.privateKey, Buffer.from(agentPublicKey, 'base64'), jobId));
      return {
        jobId,
        jobToken: `token-of-${jobId}`,
        orchestratorPublicKey: Buffer.from(pair.publicKey).toString('base64'),
        expiresAt: '2099-01-01T00:00:00Z',
        catalogue: [
          ...Object.keys(values).map((key) => ({ key, ...from, version: '3', status: 'available' as const })),
          ...declared.map((key) => ({ key, ...from, status: 'declared' as const })),
          ...Object.entries(unavailable).map(([key, code]) => ({
            key,
            backend: 'corp-vault',
            scope: 'apps/shop',
            status: 'unavailable' as const,
            code,
            ...(gone.includes(key) && { gone: true as const }),
          })),
        ],
        openEnded: openEnded || unlistedBackends.length > 0,
        unavailable: unlistedBackends.map((backend) => ({
          backend,
          scopes: [],
          code: 'unreachable' as const,
          answered: false,
          meaning: 'the backend could not be reached',
          hint: 'check its address',
        })),
        variables: [...variables],
      };
    },
    'jobs.read': async ({ jobId, keys }) => {
      if (readMs > 0) await pause(readMs);
      if (readFails !== undefined) throw new ApiError(readFails, 'the fake does not answer');
      const session = sessions.get(jobId);
      const found = keys.flatMap((key): (readonly [string, SecretValue])[] => {
        const value = Object.hasOwn(values, key) ? values[key] : unlisted[key];
        if (value === undefined || declared.includes(key) || unavailable[key] !== undefined) return [];
        return [
          [
            mixedUp ? `${key}_` : key,
            typeof value === 'string' ? SecretValue.fromText(value) : SecretValue.fromBytes(value),
          ],
        ];
      });
      return {
        ...(session !== undefined && { sealed: Buffer.from(sealForJob(session, jobId, found)).toString('base64') }),
        secrets: keys.map((key) => {
          const code = unavailable[key];
          const value = Object.hasOwn(values, key) ? values[key] : unlisted[key];
          if (code !== undefined)
            return {
              key,
              status: 'unavailable' as const,
              backend: 'corp-vault',
              scope: 'apps/shop',
              code,
              ...whyOf(because),
              hint: 'unseal it',
            };
          if (declared.includes(key)) return { key, status: 'declared' as const, ...from };
          if (value === undefined || session === undefined) return { key, status: 'not_found' as const };
          return { key, status: 'sealed' as const, ...from, version: '3' };
        }),
      };
    },
    'jobs.close': async () => {
      await closing;
      return {};
    },
  });
}

/** The keys of each request for values. */
export function keysRead(api: WireApi): readonly (readonly string[])[] {
  return api.calls
    .filter(({ id }) => id === 'jobs.read')
    .map(({ input }) =>
      typeof input === 'object' && input !== null && 'keys' in input && Array.isArray(input.keys)
        ? input.keys.map(String)
        : [],
    );
}
