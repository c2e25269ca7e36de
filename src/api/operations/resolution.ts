import * as z from 'zod';
import { environmentName, failureCode, keyName, pastFailure, timestamp, unavailablePart, why } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { viewOf } from '../targets.ts';
import { bindingSettings } from './environments.ts';
import { gridAnswer, gridFilters } from './grid.ts';
import { catalogueEntry } from './jobs.ts';

const shared = {
  category: 'resolution',
  sensitivity: 'names',
  permission: 'secrets:names',
  targets: viewOf,
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
  problem: failureCode.optional().describe('why its value is unavailable, as far as its list shows'),
  cachedAgeMs: z
    .number()
    .nonnegative()
    .optional()
    .describe('a job that read it now would get a value of this age without querying its backend'),
  rule: z.string().describe('the rule by which the candidate before it ranks above it; empty for the first'),
});

const backendState = z.object({
  backend: z.string(),
  state: z.enum(['answered', 'failed', 'partly_unlisted']),
  code: failureCode.optional(),
  ...why,
  ageMs: z.number().nonnegative().optional().describe('how old its names are; it was asked for this answer'),
  breaker: z.string(),
  openedAt: timestamp.optional().describe('when the breaker opened, while it is not closed'),
  lastFailure: pastFailure.optional(),
});

const supplier = z.object({
  status: z.enum(['available', 'declared', 'unavailable']),
  backend: z.string().optional().describe('omitted where there is none, or it may not be named'),
  scope: z.string().optional(),
  sourceKey: z.string().optional(),
  code: failureCode.optional().describe('why it is unavailable'),
  ...why,
});

const problem = z.object({
  kind: z.enum([
    'backend_failed',
    'backend_unsteady',
    'scope_unavailable',
    'key_unavailable',
    'key_unset',
    'not_bindable',
    'not_nameable',
    'twins',
    'listing_lag',
    'binding_empty',
    'variable_taken',
  ]),
  severity: z.enum(['error', 'warning']),
  subject: z.string(),
  message: z.string(),
  hint: z.string(),
  code: failureCode.optional(),
  ...why,
  keys: z.array(z.string()).optional().describe('the keys that it takes away, as far as they are known'),
});

/** The operations that show what an environment resolves to, without values: explain, check, grid. */
export const resolutionOperations = {
  'resolution.catalogue': defineOperation({
    ...shared,
    summary: 'List the keys of an environment with the backend that supplies each',
    compressible: true,
    method: 'GET',
    path: '/environments/{environment}/secrets',
    command: 'kici-admin secret list',
    commandArguments: { environment: '--environment!', host: '--host', agentId: '--agent-id' },
    subject: ['environment'],
    input: z.object({ environment: environmentName, ...facts }),
    output: z.object({ secrets: z.array(catalogueEntry), unavailable: z.array(unavailablePart) }),
  }),
  'resolution.explain': defineOperation({
    ...shared,
    summary: 'Show which backend supplies a key, and why',
    method: 'GET',
    path: '/environments/{environment}/explain',
    command: 'kici-admin explain',
    commandArguments: { environment: '--environment!', key: '', host: '--host', agentId: '--agent-id' },
    subject: ['environment', 'key'],
    input: z.object({ environment: environmentName, key: keyName, ...facts }),
    output: z.object({
      key: z.string(),
      status: z.enum(['available', 'declared', 'unavailable', 'not_found']),
      candidates: z.array(candidate).describe('the winner first, then every loser in order'),
      blockedBy: z.array(
        z.object({ backend: z.string(), scope: z.string().optional(), binding: z.string(), code: failureCode, ...why }),
      ),
      skipped: z
        .array(z.object({ backend: z.string(), scope: z.string(), binding: z.string(), code: failureCode, ...why }))
        .describe('what is deleted and counts as absent, because its binding says so'),
      near: z.array(z.string()).describe('similar keys of the environment, when it does not have this one'),
      limits: z.array(z.string()),
      backends: z.array(backendState),
    }),
  }),
  'resolution.grid': defineOperation({
    ...shared,
    summary: 'Show which backend supplies each key in each environment',
    method: 'GET',
    path: '/grid',
    targets: ({ environment }) => (environment === undefined ? [] : [{ kind: 'view', environment }]),
    compressible: true,
    command: 'kici-admin secret grid',
    commandArguments: {
      text: '--filter',
      environment: '--environment',
      state: '--state',
      backend: '--backend',
    },
    subject: [],
    input: z.object({
      environment: environmentName.optional().describe('only this one; default: every environment'),
      ...gridFilters,
      after: z.string().min(1).optional().describe('keys that come after this one'),
      skip: z.coerce.number().int().min(0).default(0).describe('how many of those to leave out at the start'),
      limit: z.coerce.number().int().min(1).max(1_000).default(500).describe('how many keys at most'),
      cached: z
        .stringbool()
        .optional()
        .describe(
          'true: names listed a moment ago will do, except from a backend that is known to fail; default: every backend is queried',
        ),
    }),
    output: gridAnswer.extend({ backends: z.array(backendState) }),
  }),
  'resolution.preview': defineOperation({
    ...shared,
    summary: 'Tell what a change of bindings does to the keys of an environment, before it is made',
    compressible: true,
    method: 'GET',
    path: '/environments/{environment}/preview',
    targets: ({ environment, scope }) => [
      { kind: 'view', environment },
      ...(scope === undefined ? [] : [{ kind: 'pattern', pattern: scope } as const]),
    ],
    command: 'kici-admin environment preview',
    commandArguments: {
      environment: '',
      id: '?',
      remove: '--remove',
      scope: '--scope',
      host: '--host',
      priority: '--priority',
      prefix: '--prefix',
      skipDeleted: '--skip-deleted=',
      asHost: '--as-host',
    },
    subject: ['environment'],
    input: z.object({
      environment: environmentName,
      id: z.string().optional().describe('the binding that is changed; left out: a new one is added'),
      remove: z.stringbool().optional().describe('true: the binding is removed'),
      ...bindingSettings,
      scope: bindingSettings.scope.optional(),
      priority: z.coerce.number().pipe(bindingSettings.priority.unwrap()).optional(),
      prefix: z.string().optional(),
      map: z.string().optional().describe('source key to key, as JSON'),
      skipDeleted: z.stringbool().optional(),
      asHost: z.string().min(1).optional().describe('resolve as for an agent on this host'),
    }),
    output: z.object({
      changes: z
        .array(
          z.object({
            key: z.string(),
            change: z
              .enum(['appears', 'vanishes', 'winner', 'status'])
              .describe(
                'winner: another secret supplies it; status: the same one, and whether it is available changes',
              ),
            before: supplier.optional().describe('default: there is none'),
            after: supplier.optional(),
          }),
        )
        .describe('what would be otherwise, by key'),
      unchanged: z.int().describe('how many keys stay as they are'),
      idle: z.string().optional().describe('why the binding selects nothing for such an agent'),
      unavailable: z.array(unavailablePart).describe('what no names could be had of, with the change made'),
    }),
  }),
  'resolution.check': defineOperation({
    ...shared,
    summary: 'Show what would fail right now for a job in an environment',
    method: 'GET',
    path: '/environments/{environment}/check',
    command: 'kici-admin check',
    commandArguments: { environment: '--environment!', host: '--host', agentId: '--agent-id' },
    subject: ['environment'],
    input: z.object({ environment: environmentName, ...facts }),
    output: z.object({ keys: z.int(), problems: z.array(problem) }),
  }),
};
