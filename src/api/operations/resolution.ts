import * as z from 'zod';
import { environmentName, failureCode, keyName, why } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { catalogueEntry } from './jobs.ts';

const shared = {
  category: 'resolution',
  sensitivity: 'names',
  permission: 'secrets:names',
  audit: 'none',
  policyGoverned: false,
} as const;

const facts = {
  host: z.string().optional().describe('resolve as for an agent on this host'),
  agentId: z.string().optional(),
};

const candidate = z.object({
  backend: z.string(),
  scope: z.string(),
  sourceKey: z.string(),
  binding: z.string(),
  priority: z.int(),
  version: z.string().optional(),
  declaredOnly: z.boolean(),
  rule: z.string().describe('the rule by which the candidate before it ranks above it; empty for the first'),
});

const backendState = z.object({
  backend: z.string(),
  state: z.enum(['answered', 'failed', 'partly_unlisted']),
  code: failureCode.optional(),
  ...why,
  ageMs: z.number().nonnegative().optional(),
  breaker: z.string(),
});

const problem = z.object({
  kind: z.enum([
    'backend_failed',
    'key_unavailable',
    'key_unset',
    'not_bindable',
    'not_nameable',
    'twins',
    'listing_lag',
    'binding_empty',
  ]),
  severity: z.enum(['error', 'warning']),
  subject: z.string(),
  message: z.string(),
  hint: z.string(),
  code: failureCode.optional(),
  ...why,
});

export const resolutionOperations = {
  'resolution.catalogue': defineOperation({
    ...shared,
    summary: 'List the keys of an environment with the backend that supplies each',
    method: 'GET',
    path: '/environments/{environment}/secrets',
    command: 'kici-admin secret list',
    subject: ['environment'],
    input: z.object({ environment: environmentName, ...facts }),
    output: z.object({ secrets: z.array(catalogueEntry) }),
  }),
  'resolution.explain': defineOperation({
    ...shared,
    summary: 'Tell which backend supplies a key, and why',
    method: 'GET',
    path: '/environments/{environment}/explain',
    command: 'kici-admin explain',
    subject: ['environment', 'key'],
    input: z.object({ environment: environmentName, key: keyName, ...facts }),
    output: z.object({
      key: z.string(),
      status: z.enum(['available', 'declared', 'unavailable', 'not_found']),
      candidates: z.array(candidate).describe('the winner first, then every loser in order'),
      blockedBy: z.array(
        z.object({ backend: z.string(), scope: z.string().optional(), binding: z.string(), code: failureCode, ...why }),
      ),
      near: z.array(z.string()).describe('keys of the environment that are written alike, when none has this one'),
      limits: z.array(z.string()),
      backends: z.array(backendState),
    }),
  }),
  'resolution.check': defineOperation({
    ...shared,
    summary: 'Tell what would fail right now for a job of an environment',
    method: 'GET',
    path: '/environments/{environment}/check',
    command: 'kici-admin check',
    subject: ['environment'],
    input: z.object({ environment: environmentName, ...facts }),
    output: z.object({ keys: z.int(), problems: z.array(problem) }),
  }),
};
