import * as z from 'zod';
import { backendName, failureCode, pastFailure, sealedBytes, secretBytes, timestamp, why } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { noTargets, type Target } from '../targets.ts';

const reading = {
  category: 'backends',
  sensitivity: 'settings',
  permission: 'backends:read',
  audit: 'none',
  policyGoverned: false,
} as const;
const writing = {
  category: 'backends',
  sensitivity: 'credentials',
  permission: 'backends:write',
  targets: 'organization',
  audit: 'write',
  policyGoverned: true,
} as const;

/** A backend's settings and health concern all of it. */
const wholeBackend = ({ name }: { readonly name: string }): readonly Target[] => [
  { kind: 'pattern', pattern: `${name}:**` },
];

const plainSettings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const secretSettings = z
  .record(z.string(), secretBytes)
  .describe('values of the settings that are marked secret, base64');

const sealedSettings = z.record(z.string(), sealedBytes).describe('instead of secretSettings: the same, sealed');

const settingView = z.object({
  name: z.string(),
  type: z.string(),
  required: z.boolean(),
  secret: z.boolean(),
  description: z.string(),
  example: z.string(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  choices: z.array(z.string()).optional(),
  when: z.object({ field: z.string(), is: z.array(z.string()) }).optional(),
});

const capabilityView = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** How the orchestrator calls an instance, whatever its type. */
const treatment = {
  deadlineMs: z
    .int()
    .min(1_000, 'a deadline is at least 1 s')
    .max(60_000, 'a deadline is at most 60 s')
    .optional()
    .describe('the longest that a call to it may take, retries included; 10,000 by default'),
  optional: z
    .boolean()
    .optional()
    .describe('true: a job starts without it, and keys that it could supply are unavailable'),
  cacheMaxAgeMs: z
    .int()
    .nonnegative()
    .optional()
    .describe('how old a cached value may be; 0, the default, caches none'),
  serveStaleMs: z
    .int()
    .nonnegative()
    .optional()
    .describe('how old a value served during an outage may be; 0, the default, serves none'),
};

const treatmentArguments = {
  deadlineMs: '--deadline',
  optional: '--optional=',
  cacheMaxAgeMs: '--cache-max-age',
  serveStaleMs: '--serve-stale',
};

const backendView = z.object({
  name: z.string(),
  type: z.string(),
  settings: plainSettings,
  secretSettings: z.array(z.string()).describe('names of the secret settings that are set'),
  optional: z.boolean(),
  deadlineMs: z.int(),
  cacheMaxAgeMs: z.int(),
  serveStaleMs: z.int(),
  createdAt: timestamp,
  updatedAt: timestamp,
  capabilities: capabilityView,
  health: z.object({
    breaker: z.string(),
    lastCheckAt: timestamp.optional(),
    latencyMs: z.number().optional(),
    failure: failureCode.optional(),
    ...why,
    openedAt: timestamp.optional(),
    meaning: z.string().optional().describe('what the failure means'),
    hint: z.string().optional().describe('what to do about it'),
    lastFailure: pastFailure.optional(),
  }),
});

const testResult = z.object({
  healthy: z.boolean(),
  latencyMs: z.number(),
  identity: z.string().optional(),
  server: z.string().optional(),
  listed: z.int().optional().describe('names that a listing found'),
  code: failureCode.optional(),
  ...why,
  message: z.string().optional().describe('what failed, in words'),
  hint: z.string().optional(),
});

/** The operations on backends: their types, settings, tests and health. */
export const backendOperations = {
  'backends.types': defineOperation({
    ...reading,
    summary: 'List the types of backend that can be added, with their settings',
    method: 'GET',
    path: '/backend-types',
    targets: noTargets,
    command: 'kici-admin backend types',
    subject: [],
    input: z.object({}),
    output: z.object({
      types: z.array(
        z.object({
          type: z.string(),
          title: z.string(),
          summary: z.string(),
          addable: z.boolean(),
          settings: z.array(settingView),
          capabilities: capabilityView,
        }),
      ),
      problems: z
        .array(z.object({ package: z.string(), problem: z.string(), hint: z.string() }))
        .describe("packages in the server's configuration that provide no type"),
    }),
  }),
  'backends.add': defineOperation({
    ...writing,
    summary: 'Add a backend',
    method: 'POST',
    path: '/backends',
    query: ['name', 'type'],
    command: 'kici-admin backend add',
    commandArguments: { name: '', type: '--type!', settings: '--set', ...treatmentArguments },
    subject: ['name', 'type', 'optional', 'deadlineMs'],
    input: z.object({
      name: backendName,
      type: z.string(),
      settings: plainSettings.default({}),
      secretSettings: secretSettings.default({}),
      sealedSettings: sealedSettings.default({}),
      ...treatment,
    }),
    output: backendView,
  }),
  'backends.update': defineOperation({
    ...writing,
    summary: 'Change the settings of a backend',
    method: 'PATCH',
    path: '/backends/{name}',
    command: 'kici-admin backend update',
    commandArguments: { name: '', settings: '--set', unset: '--unset', ...treatmentArguments },
    subject: ['name', 'unset', 'optional', 'deadlineMs'],
    input: z.object({
      name: backendName,
      settings: plainSettings.default({}),
      secretSettings: secretSettings.default({}),
      sealedSettings: sealedSettings.default({}),
      unset: z.array(z.string()).default([]),
      ...treatment,
    }),
    output: backendView,
  }),
  'backends.list': defineOperation({
    ...reading,
    summary: 'List backends with their state',
    method: 'GET',
    path: '/backends',
    targets: () => [{ kind: 'backend', backend: undefined }],
    command: 'kici-admin backend list',
    subject: [],
    input: z.object({}),
    output: z.object({ backends: z.array(backendView) }),
  }),
  'backends.show': defineOperation({
    ...reading,
    summary: 'Show a backend',
    method: 'GET',
    path: '/backends/{name}',
    targets: wholeBackend,
    command: 'kici-admin backend show',
    commandArguments: { name: '' },
    subject: ['name'],
    input: z.object({ name: backendName }),
    output: backendView,
  }),
  'backends.remove': defineOperation({
    ...writing,
    summary: 'Remove a backend; its store keeps its secrets',
    method: 'DELETE',
    path: '/backends/{name}',
    command: 'kici-admin backend remove',
    commandArguments: { name: '' },
    subject: ['name'],
    input: z.object({ name: backendName }),
    output: z.object({}),
  }),
  'backends.test': defineOperation({
    ...reading,
    summary: 'Sign in to a backend, list it, and measure',
    method: 'POST',
    path: '/backends/{name}/test',
    permission: 'backends:test',
    targets: wholeBackend,
    audit: 'write',
    policyGoverned: true,
    command: 'kici-admin backend test',
    commandArguments: { name: '' },
    subject: ['name'],
    input: z.object({ name: backendName }),
    output: testResult,
  }),
};
