import * as z from 'zod';
import { contentVersion, environmentName, expectedVersion, keyName, scopeId, sourceKey, timestamp } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { environmentOf, noTargets, viewOf } from '../targets.ts';

const shared = { category: 'environments', sensitivity: 'names' } as const;
const reading = { ...shared, permission: 'environments:read', audit: 'none', policyGoverned: false } as const;
const writing = { ...shared, permission: 'environments:write', audit: 'write', policyGoverned: true } as const;

const bindingArguments = { scope: '--scope', host: '--host', priority: '--priority', prefix: '--prefix', map: '--map' };

export const bindingSettings = {
  scope: z
    .string()
    .min(1)
    .describe(
      'a scope or a glob over scopes: backend:pattern, a bare pattern for the internal store, or *:pattern for every backend',
    ),
  host: z.string().min(1).optional().describe("a glob over the agent's host; default: every host"),
  priority: z.int().min(-1_000_000).max(1_000_000).optional().describe('higher wins; default 0'),
  prefix: z.string().min(1).optional().describe('put before each key'),
  map: z.record(sourceKey, keyName).optional().describe('source key to key; selects only what it names'),
  skipDeleted: z
    .boolean()
    .optional()
    .describe('true: what is deleted counts as absent, and the next candidate takes its place'),
};

export const bindingView = z.object({
  id: z.string(),
  scope: z.string(),
  host: z.string(),
  priority: z.int(),
  prefix: z.string().optional(),
  map: z.record(z.string(), z.string()).optional(),
  skipDeleted: z.boolean(),
  version: contentVersion,
});

const environmentView = z.object({ name: z.string(), createdAt: timestamp, bindings: z.array(bindingView) });

/** The operations on environments and their bindings. */
export const environmentOperations = {
  'environments.create': defineOperation({
    ...writing,
    summary: 'Create an environment, with bindings if wanted',
    method: 'POST',
    path: '/environments',
    query: ['name'],
    targets: ({ name, bind }) => [
      { kind: 'environment', environment: name },
      ...bind.map((pattern) => ({ kind: 'pattern', pattern }) as const),
    ],
    command: 'kici-admin environment create',
    commandArguments: { name: '', bind: '--bind' },
    subject: ['name', 'bind'],
    input: z.object({ name: environmentName, bind: z.array(z.string()).max(100).default([]) }),
    output: environmentView,
  }),
  'environments.list': defineOperation({
    ...reading,
    summary: 'List environments',
    method: 'GET',
    path: '/environments',
    targets: noTargets,
    command: 'kici-admin environment list',
    commandArguments: { scope: '--scope' },
    subject: [],
    input: z.object({
      scope: scopeId.optional().describe('only the environments, and the number of their bindings, that select it'),
    }),
    output: z.object({
      environments: z.array(z.object({ name: z.string(), createdAt: timestamp, bindings: z.int() })),
    }),
  }),
  'environments.show': defineOperation({
    ...reading,
    summary: 'Show an environment and its bindings',
    method: 'GET',
    path: '/environments/{environment}',
    targets: viewOf,
    command: 'kici-admin environment show',
    commandArguments: { environment: '' },
    subject: ['environment'],
    input: z.object({ environment: environmentName }),
    output: environmentView,
  }),
  'environments.delete': defineOperation({
    ...writing,
    summary: 'Delete an environment with its bindings and variables',
    method: 'DELETE',
    path: '/environments/{environment}',
    targets: environmentOf,
    command: 'kici-admin environment delete',
    commandArguments: { environment: '' },
    subject: ['environment'],
    input: z.object({ environment: environmentName }),
    output: z.object({}),
  }),
  'bindings.add': defineOperation({
    ...writing,
    summary: 'Bind scopes to an environment',
    method: 'POST',
    path: '/environments/{environment}/bindings',
    query: ['scope'],
    targets: ({ environment, scope }) => [...environmentOf({ environment }), { kind: 'pattern', pattern: scope }],
    command: 'kici-admin environment bind',
    commandArguments: { environment: '', ...bindingArguments, scope: '--scope!', skipDeleted: '--skip-deleted' },
    subject: ['environment', 'scope', 'host', 'priority', 'prefix', 'map', 'skipDeleted'],
    input: z.object({ environment: environmentName, ...bindingSettings }),
    output: bindingView,
  }),
  'bindings.update': defineOperation({
    ...writing,
    summary: 'Change a binding',
    method: 'PATCH',
    path: '/environments/{environment}/bindings/{id}',
    query: ['scope'],
    targets: ({ environment, scope }) => [
      ...environmentOf({ environment }),
      ...(scope === undefined ? [] : [{ kind: 'pattern', pattern: scope } as const]),
    ],
    command: 'kici-admin environment rebind',
    commandArguments: { environment: '', id: '', ...bindingArguments, skipDeleted: '--skip-deleted=' },
    subject: ['environment', 'id', 'scope', 'host', 'priority', 'prefix', 'map', 'skipDeleted'],
    input: z.object({
      environment: environmentName,
      id: z.string(),
      ...bindingSettings,
      scope: bindingSettings.scope.optional(),
      prefix: z
        .string()
        .optional()
        .describe('put before each key; empty: keys keep their names, without prefix and map'),
      expectedVersion: expectedVersion.optional(),
    }),
    output: bindingView,
  }),
  'bindings.remove': defineOperation({
    ...writing,
    summary: 'Remove a binding',
    method: 'DELETE',
    path: '/environments/{environment}/bindings/{id}',
    targets: environmentOf,
    command: 'kici-admin environment unbind',
    commandArguments: { environment: '', id: '' },
    subject: ['environment', 'id'],
    input: z.object({ environment: environmentName, id: z.string(), expectedVersion: expectedVersion.optional() }),
    output: z.object({}),
  }),
};
