import { internalBackendName } from '@kici-dev/secret-backend';
import * as z from 'zod';
import {
  backendName,
  scopeId,
  secretBytes,
  sourceKey,
  timestamp,
  failureCode,
  unavailablePart,
  why,
} from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { scopeOf } from '../targets.ts';

const names = {
  category: 'secrets',
  targets: scopeOf,
  sensitivity: 'names',
  permission: 'secrets:names',
  audit: 'none',
  policyGoverned: false,
} as const;
const nameWrites = {
  category: 'secrets',
  targets: scopeOf,
  sensitivity: 'names',
  permission: 'secrets:write',
  audit: 'write',
  policyGoverned: true,
} as const;
const valueWrites = { ...nameWrites, sensitivity: 'values' } as const;

const receipt = z.object({
  scope: z.string(),
  key: z.string(),
  version: z.string(),
  bytes: z.int().optional(),
  updatedAt: timestamp,
});

/** A binding, with what it selects as it is stored. */
const boundScope = z.object({ environment: z.string(), id: z.string(), scope: z.string() });

export const secretOperations = {
  'secrets.set': defineOperation({
    ...valueWrites,
    summary: 'Set the value of a secret',
    method: 'PUT',
    path: '/secrets',
    command: 'kici-admin secret set',
    subject: ['scope', 'key'],
    input: z.object({
      scope: scopeId,
      key: sourceKey,
      value: secretBytes,
      expectedVersion: z
        .string()
        .nullable()
        .optional()
        .describe('check-and-set: the version that must be current, null when none may exist'),
    }),
    output: receipt,
  }),
  'secrets.declare': defineOperation({
    ...nameWrites,
    summary: 'Record the name of a secret without a value',
    method: 'POST',
    path: '/secrets/declare',
    command: 'kici-admin secret declare',
    subject: ['scope', 'key'],
    input: z.object({ scope: scopeId, key: sourceKey }),
    output: z.object({ scope: z.string(), key: z.string() }),
  }),
  'secrets.list': defineOperation({
    ...names,
    summary: 'List the names of the secrets of a scope, or of a whole backend',
    method: 'GET',
    path: '/secrets',
    targets: ({ scope, backend, tree }) => [
      scope === undefined ? { kind: 'backend', backend } : { kind: tree === true ? 'tree' : 'scope', scope },
    ],
    command: 'kici-admin secret list',
    subject: ['scope', 'backend'],
    input: z.object({
      scope: scopeId.optional(),
      tree: z.stringbool().optional().describe('scopes below it too'),
      backend: backendName.optional().describe('in place of a scope: every scope of this backend'),
    }),
    output: z.object({
      secrets: z.array(
        z.object({
          scope: z.string(),
          key: z.string(),
          version: z.string().optional(),
          updatedAt: timestamp.optional(),
          status: z.enum(['set', 'unset', 'deleted', 'unreadable']),
          code: failureCode.optional().describe('why it is unreadable'),
          ...why,
        }),
      ),
      unavailable: z.array(unavailablePart),
      unnameable: z.array(z.object({ name: z.string(), reason: z.string() })),
    }),
  }),
  'secrets.delete': defineOperation({
    ...nameWrites,
    summary: 'Delete a secret',
    method: 'DELETE',
    path: '/secrets',
    command: 'kici-admin secret delete',
    subject: ['scope', 'key'],
    input: z.object({ scope: scopeId, key: sourceKey }),
    output: z.object({
      existed: z.boolean(),
      restorableUntil: timestamp.optional().describe('left out where it is gone for good'),
    }),
  }),
  'secrets.versions': defineOperation({
    ...names,
    summary: 'List the versions of a secret',
    method: 'GET',
    path: '/secrets/versions',
    command: 'kici-admin secret versions',
    subject: ['scope', 'key'],
    input: z.object({ scope: scopeId, key: sourceKey }),
    output: z.object({
      versions: z.array(
        z.object({ version: z.string(), createdAt: timestamp.optional(), current: z.boolean(), readable: z.boolean() }),
      ),
    }),
  }),
  'secrets.restore': defineOperation({
    ...valueWrites,
    summary: 'Make an earlier version of a secret current again',
    method: 'POST',
    path: '/secrets/restore',
    command: 'kici-admin secret restore',
    subject: ['scope', 'key', 'version'],
    input: z.object({
      scope: scopeId,
      key: sourceKey,
      version: z.string().min(1).optional().describe('left out: the newest, as of a deleted secret'),
    }),
    output: receipt,
  }),
  'scopes.list': defineOperation({
    ...names,
    summary: 'List the scopes of a backend',
    method: 'GET',
    path: '/scopes',
    targets: ({ backend = internalBackendName }) => [{ kind: 'backend', backend }],
    command: 'kici-admin scope list',
    subject: ['backend'],
    input: z.object({ backend: backendName.optional() }),
    output: z.object({ scopes: z.array(z.string()), unavailable: z.array(unavailablePart) }),
  }),
  'scopes.create': defineOperation({
    ...nameWrites,
    summary: 'Create an empty scope',
    method: 'POST',
    path: '/scopes',
    command: 'kici-admin scope create',
    subject: ['scope'],
    input: z.object({ scope: scopeId }),
    output: z.object({ scope: z.string() }),
  }),
  'scopes.rename': defineOperation({
    ...nameWrites,
    summary: 'Rename a scope with its secrets',
    method: 'POST',
    path: '/scopes/rename',
    targets: ({ from, to }) => [...scopeOf({ scope: from }), ...scopeOf({ scope: to })],
    command: 'kici-admin scope rename',
    subject: ['from', 'to', 'keepBindings', 'dryRun'],
    input: z.object({
      from: scopeId,
      to: scopeId,
      keepBindings: z.boolean().optional().describe('true: bindings go on naming the old scope'),
      dryRun: z.boolean().optional().describe('true: nothing is changed, and the answer tells what would be'),
    }),
    output: z.object({
      scope: z.string(),
      moved: z.array(boundScope).describe('the bindings that name the scope by its new name now'),
      kept: z.array(boundScope).describe('the bindings that name the old scope still'),
      unmatched: z.array(boundScope).describe('the patterns that select the old name and not the new one'),
    }),
  }),
  'scopes.delete': defineOperation({
    ...nameWrites,
    summary: 'Delete a scope with its secrets',
    method: 'DELETE',
    path: '/scopes',
    command: 'kici-admin scope delete',
    subject: ['scope'],
    input: z.object({ scope: scopeId }),
    output: z.object({ deletedSecrets: z.int() }),
  }),
};
