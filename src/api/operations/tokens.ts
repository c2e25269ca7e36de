import * as z from 'zod';
import { environmentName, timestamp } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { roleNames } from '../roles.ts';
import { noTargets } from '../targets.ts';

const shared = {
  category: 'tokens',
  sensitivity: 'credentials',
  permission: 'tokens:manage',
  // The handler compares tokens with the caller's own.
  targets: noTargets,
  policyGoverned: true,
} as const;

/** What the operator states about an agent; bindings see these facts, never what an agent says about itself. */
export const agentFacts = z.object({
  id: z.string().min(1).max(63),
  host: z.string().min(1).max(253).optional(),
  labels: z.record(z.string(), z.string()).default({}),
});

const narrowing = {
  scopes: z.array(z.string().min(1)).max(100).optional().describe('patterns, as in a binding; default: every scope'),
  environments: z.array(environmentName).max(100).optional().describe('default: every environment'),
  agent: agentFacts.optional(),
};

const tokenView = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(roleNames),
  createdAt: timestamp,
  expiresAt: timestamp.optional(),
  ...narrowing,
});

export const tokenOperations = {
  'tokens.create': defineOperation({
    ...shared,
    summary: 'Issue a token; it is shown once',
    method: 'POST',
    path: '/tokens',
    query: ['name', 'role'],
    audit: 'write',
    command: 'kici-admin token create',
    commandArguments: {
      name: '',
      role: '--role!',
      scopes: '--scope',
      environments: '--environment',
      allEnvironments: '--all-environments',
      lifetimeMs: '--lifetime',
    },
    subject: ['name', 'role', 'scopes', 'environments', 'allEnvironments', 'agent', 'lifetimeMs'],
    input: z.object({
      name: z.string().min(1).max(100),
      role: z.enum(roleNames),
      ...narrowing,
      allEnvironments: z.literal(true).optional().describe('a reader without scopes and environments has to say this'),
      lifetimeMs: z.int().min(1_000).optional().describe('milliseconds; default: it does not expire'),
    }),
    output: tokenView.extend({ token: z.string() }),
  }),
  'tokens.list': defineOperation({
    ...shared,
    summary: 'List tokens, without their secrets',
    method: 'GET',
    path: '/tokens',
    audit: 'none',
    policyGoverned: false,
    command: 'kici-admin token list',
    subject: [],
    input: z.object({}),
    output: z.object({ tokens: z.array(tokenView) }),
  }),
  'tokens.revoke': defineOperation({
    ...shared,
    summary: 'Revoke a token at once',
    method: 'DELETE',
    path: '/tokens/{id}',
    audit: 'write',
    command: 'kici-admin token revoke',
    commandArguments: { id: '' },
    subject: ['id'],
    input: z.object({ id: z.string().describe('its id, or its name if no other token has it') }),
    output: z.object({}),
  }),
};
