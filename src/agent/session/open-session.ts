import type { KeyObject } from 'node:crypto';
import { ApiError } from '../../api/api-error.ts';
import type { ApiClient } from '../../api/client.ts';
import { createSessionKeyPair, deriveSessionKey, openForJob } from '../../api/job-seal.ts';
import { passing, persist } from '../../api/persist.ts';
import { isStated } from '../../api/stated-keys.ts';
import {
  closeJob,
  openJob,
  readJobSecrets,
  type DeliveredSecret as Delivered,
  type DeliveredSecrets,
  type OpenedJob,
} from '../../api/job-calls.ts';
import { failureCodes, meaningOf, whyOf, type SecretValue } from '@kici-dev/secret-backend';
import type { CatalogueEntry } from '../channel/from-agent.ts';
import type { JobSession, SecretRead } from './job-session.ts';

/** As many keys as one request takes. */
const maxKeys = 1_000;

export interface SessionRequest {
  readonly environment: string;
  readonly workflow: string;
  readonly job: string;
  /** The only keys that the job may have; default: every key of the environment. */
  readonly secrets?: readonly string[] | undefined;
}

/** How long the end of a job may take to tell, also after its run was cancelled. */
const farewellMs = 5_000;

/**
 * Opens a job at the orchestrator, which answers names but no values.
 * @param pair of this session alone
 * @throws ApiError if the orchestrator refuses the job or cannot be reached
 */
export async function openSession(
  client: ApiClient,
  request: SessionRequest,
  pair = createSessionKeyPair(),
): Promise<JobSession> {
  const stated = request.secrets;
  // A session whose answer was lost is never used, and ends by itself.
  const opened = await persist(passing.opening, client.signal, () =>
    client.send(openJob, {
      environment: request.environment,
      workflow: request.workflow,
      job: request.job,
      ...(stated !== undefined && { secrets: [...stated] }),
      agentPublicKey: Buffer.from(pair.publicKey).toString('base64'),
    }),
  );
  const sessionKey = agreeOn(pair.privateKey, opened);
  const catalogue = opened.catalogue
    .filter(({ key }) => isStated(stated, key))
    .map(({ key, backend, scope, version, status, gone }) => ({ key, backend, scope, version, status, gone }));
  const entries = new Map(catalogue.map((entry) => [entry.key, entry]));
  return {
    catalogue,
    missing: opened.missing ?? [],
    openEnded: opened.openEnded,
    notices: opened.unavailable.map(described),
    variables: opened.variables,
    writeScope: opened.writeScope,
    async read(keys) {
      const results = new Map<string, SecretRead>();
      const wanted: string[] = [];
      for (const key of keys) {
        if (opened.openEnded || entries.has(key) || !isStated(stated, key)) wanted.push(key);
        else results.set(key, { key, status: 'not_found' });
      }
      for (let start = 0; start < wanted.length; start += maxKeys) {
        const asked = wanted.slice(start, start + maxKeys);
        for (const [key, result] of await ask(client, opened, sessionKey, asked, entries))
          results.set(key, isStated(stated, key) ? result : { key, status: 'refused' });
      }
      return results;
    },
    async close() {
      await client.send(closeJob, { jobId: opened.jobId }, opened.jobToken, AbortSignal.timeout(farewellMs));
    },
  };
}

function described({ backend, scopes, code, reason, answered, meaning }: OpenedJob['unavailable'][number]): string {
  const place = scopes.length === 0 ? backend : scopes.map((scope) => `${backend}:${scope}`).join(', ');
  const verdict = answered ? 'its keys are not known' : 'could not be queried';
  return `${place}: ${verdict}: ${meaning} [${code}]${reason === undefined ? '' : ` [${reason}]`}; keys that it could supply are unavailable`;
}

function agreeOn(privateKey: KeyObject, opened: OpenedJob): KeyObject {
  try {
    return deriveSessionKey(privateKey, Buffer.from(opened.orchestratorPublicKey, 'base64'), opened.jobId);
  } catch {
    throw new ApiError('bad_answer', "the orchestrator's public key for this job is not an X25519 key");
  }
}

async function ask(
  client: ApiClient,
  opened: OpenedJob,
  sessionKey: KeyObject,
  keys: readonly string[],
  entries: ReadonlyMap<string, CatalogueEntry>,
): Promise<readonly (readonly [string, SecretRead])[]> {
  try {
    const answer = await persist(passing.known, client.signal, () =>
      client.send(readJobSecrets, { jobId: opened.jobId, keys: [...keys] }, opened.jobToken),
    );
    const delivered = new Map(answer.secrets.map((secret) => [secret.key, secret]));
    const values = valuesOf(answer, opened.jobId, sessionKey);
    return keys.map((key) => [key, settle(key, delivered.get(key), values.get(key))]);
  } catch (error) {
    if (!ApiError.is(error)) throw error;
    // An unreachable orchestrator proves nothing about the secret.
    return keys.map((key) => [
      key,
      {
        key,
        status: 'unavailable',
        backend: entries.get(key)?.backend ?? '',
        scope: entries.get(key)?.scope ?? '',
        code: error.code,
        meaning: error.message,
        hint: error.hint,
      },
    ]);
  }
}

/** None unless they were sealed for this job and its keys. */
function valuesOf(
  { secrets, sealed = '' }: DeliveredSecrets,
  jobId: string,
  sessionKey: KeyObject,
): ReadonlyMap<string, SecretValue> {
  const keys = secrets.flatMap(({ key, status }) => (status === 'sealed' ? [key] : []));
  try {
    const values = keys.length === 0 ? [] : openForJob(sessionKey, jobId, keys, Buffer.from(sealed, 'base64'));
    return new Map(values.map((value, index) => [keys[index] ?? '', value]));
  } catch {
    return new Map();
  }
}

function settle(key: string, delivered: Delivered | undefined, value: SecretValue | undefined): SecretRead {
  if (delivered === undefined)
    return unavailable(key, '', '', 'bad_answer', 'the orchestrator left this key out of its answer');
  switch (delivered.status) {
    case 'not_found':
    case 'refused':
      return { key, status: delivered.status };
    case 'declared':
      return { key, status: 'not_set', backend: delivered.backend, scope: delivered.scope };
    case 'unavailable':
      return { key, ...refused(delivered) };
    case 'sealed': {
      const { backend, scope, version, ageMs } = delivered;
      if (value !== undefined) return { status: 'value', value, meta: { backend, scope, version, ageMs } };
      const problem = 'the value that arrived was not sealed for this job and key';
      return unavailable(key, backend, scope, 'bad_answer', problem);
    }
  }
}

/** Drops the reason's details, which concern the operator's settings. */
function refused({ status, backend, scope, code, reason, hint }: Extract<Delivered, { status: 'unavailable' }>) {
  return { status, backend, scope, code, meaning: meaningOf({ code, reason }), ...whyOf({ reason }), hint };
}

function unavailable(key: string, backend: string, scope: string, code: 'bad_answer', meaning: string): SecretRead {
  return { key, status: 'unavailable', backend, scope, code, meaning, hint: failureCodes[code].hint };
}
