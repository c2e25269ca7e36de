import * as z from 'zod';
import { environmentName, failureCode, keyName, statedKeys, timestamp, unavailablePart, why } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { noTargets, viewOf } from '../targets.ts';

const base64Bytes = z.base64();

/** What a job knows about a key at its start: names, never a value. */
export const catalogueEntry = z.object({
  key: keyName,
  backend: z.string().describe('empty where it lies outside the scopes of the token'),
  scope: z.string().describe('empty where the backend is'),
  version: z.string().optional(),
  /** `declared`: the name exists without a value. `unavailable`: the winner cannot be determined. */
  status: z.enum(['available', 'declared', 'unavailable']),
  code: failureCode.optional(),
  gone: z.literal(true).optional().describe('it is deleted wherever it was: a job does not list it'),
  ...why,
});

/** The answer for one key; where it is `sealed`, its value is among those of the answer. */
export const deliveredSecret = z.discriminatedUnion('status', [
  z.object({
    key: keyName,
    status: z.literal('sealed'),
    backend: z.string(),
    scope: z.string(),
    version: z.string().optional(),
    ageMs: z.number().nonnegative().optional(),
  }),
  z.object({
    key: keyName,
    status: z.literal('unavailable'),
    backend: z.string().describe('empty where it lies outside the scopes of the token that opened the job'),
    scope: z.string(),
    code: failureCode,
    ...why,
    hint: z.string(),
  }),
  z.object({ key: keyName, status: z.literal('declared'), backend: z.string(), scope: z.string() }),
  z.object({ key: keyName, status: z.literal('not_found') }),
  /** The job states its keys, and this is not one of them; no backend was queried. */
  z.object({ key: keyName, status: z.literal('refused') }),
]);

const openJob = defineOperation({
  summary: 'Open a session for one job and get the names of its secrets',
  category: 'jobs',
  sensitivity: 'names',
  method: 'POST',
  path: '/jobs',
  permission: 'jobs:open',
  targets: viewOf,
  audit: 'write',
  changesOnlyDatabase: () => true,
  command: 'kici run',
  policyGoverned: false,
  // A session may see names of secrets; a job reads values.
  tokenOnly: true,
  subject: ['environment', 'workflow', 'job', 'secrets'],
  input: z.object({
    environment: environmentName,
    workflow: z.string().min(1).max(200),
    job: z.string().min(1).max(200),
    secrets: statedKeys
      .optional()
      .describe('the only keys that the job may have; default: every key of the environment'),
    agentPublicKey: base64Bytes.describe('X25519 public key, 32 bytes'),
    /** In milliseconds; after that the session expires. */
    lifetimeMs: z
      .int()
      .min(1_000)
      .max(24 * 3_600_000)
      .default(6 * 3_600_000),
  }),
  output: z.object({
    jobId: z.string(),
    jobToken: z.string(),
    orchestratorPublicKey: base64Bytes.describe('X25519 public key, 32 bytes, made for this job'),
    expiresAt: timestamp,
    catalogue: z.array(catalogueEntry),
    /** Stated keys without "*" that do not exist. */
    missing: z
      .array(
        z.object({
          key: keyName,
          status: z.enum(['not_found', 'declared']),
          near: z.array(z.string()).describe('similar keys of the environment'),
        }),
      )
      .default([]),
    /** True if a key that is not listed may exist anyway, because a backend's lists lag. */
    openEnded: z.boolean(),
    unavailable: z.array(unavailablePart),
    writeScope: z
      .string()
      .optional()
      .describe('where a secret can be set for the environment, as `kici-admin secret set --scope` takes it'),
    variables: z.array(z.object({ name: z.string(), value: z.string(), locked: z.boolean() })),
  }),
});

const readJobSecrets = defineOperation({
  summary: 'Read the values of keys of a job, sealed to its session key',
  category: 'jobs',
  sensitivity: 'values',
  method: 'POST',
  path: '/jobs/{jobId}/secrets',
  permission: 'jobs:session',
  targets: noTargets,
  audit: 'read',
  command: undefined,
  policyGoverned: false,
  subject: ['jobId', 'keys'],
  input: z.object({ jobId: z.string(), keys: z.array(keyName).min(1).max(1_000) }),
  output: z.object({
    secrets: z.array(deliveredSecret),
    sealed: base64Bytes
      .optional()
      .describe('the values, in the order of the secrets that are `sealed`; see sealForJob'),
  }),
});

const closeJob = defineOperation({
  summary: "End a job's session and revoke its token",
  category: 'jobs',
  sensitivity: 'names',
  method: 'POST',
  path: '/jobs/{jobId}/close',
  permission: 'jobs:session',
  targets: noTargets,
  audit: 'write',
  changesOnlyDatabase: () => true,
  command: undefined,
  policyGoverned: false,
  subject: ['jobId'],
  input: z.object({ jobId: z.string() }),
  output: z.object({}),
});

const listJobs = defineOperation({
  summary: 'List the jobs that are open now, with the keys that they have asked for',
  category: 'jobs',
  sensitivity: 'names',
  compressible: true,
  method: 'GET',
  path: '/jobs',
  // The keys that jobs have read come from the audit log.
  permission: 'audit:read',
  targets: 'organization',
  audit: 'none',
  command: 'kici-admin job list',
  policyGoverned: false,
  subject: [],
  input: z.object({}),
  output: z.object({
    jobs: z.array(
      z.object({
        id: z.string(),
        workflow: z.string(),
        job: z.string(),
        environment: z.string(),
        openedAt: timestamp,
        expiresAt: timestamp,
        token: z.string().describe('the name of the token that opened it'),
        keys: z.array(z.string()),
      }),
    ),
  }),
});

export const jobOperations = {
  'jobs.list': listJobs,
  'jobs.open': openJob,
  'jobs.read': readJobSecrets,
  'jobs.close': closeJob,
};
