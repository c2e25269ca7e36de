import { internalBackendName, parseScopeId } from '@kici-dev/secret-backend';
import * as z from 'zod';
import {
  backendName,
  scopeId,
  scopePath,
  sealedBytes,
  sealingKey,
  secretBytes,
  sourceKey,
  timestamp,
  failureCode,
  unavailablePart,
  why,
} from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { noTargets, scopeOf } from '../targets.ts';

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

function inInternalStore({ scope }: { readonly scope: string }): boolean {
  const id = parseScopeId(scope);
  return id.ok && id.value.backend === internalBackendName;
}

/** Flags for a key at its scope. */
const at = { scope: '--scope!', key: '' };

const receipt = z.object({
  scope: z.string(),
  key: z.string(),
  version: z.string(),
  bytes: z.int().optional(),
  updatedAt: timestamp,
});

/** A binding, with the scope pattern as stored. */
const boundScope = z.object({ environment: z.string(), id: z.string(), scope: z.string() });

/** The operations on secrets; none of them answers with a value. */
export const secretOperations = {
  'secrets.set': defineOperation({
    ...valueWrites,
    summary: 'Set the value of a secret',
    method: 'PUT',
    path: '/secrets',
    query: ['scope', 'key'],
    command: 'kici-admin secret set',
    commandArguments: at,
    changesOnlyDatabase: inInternalStore,
    subject: ['scope', 'key'],
    input: z.object({
      scope: scopeId,
      key: sourceKey,
      value: secretBytes.optional(),
      sealed: sealedBytes.optional(),
      expectedVersion: z
        .string()
        .nullable()
        .optional()
        .describe('check-and-set: the version that must be current, null when none may exist'),
    }),
    output: receipt,
  }),
  'secrets.import': defineOperation({
    ...valueWrites,
    offWith: 'secrets.set',
    summary: 'Set many secrets of a scope at once, or show what that would change',
    method: 'POST',
    path: '/secrets/import',
    query: ['scope'],
    maxBodyBytes: 4_194_304,
    command: 'kici-admin secret import',
    commandArguments: { scope: '--scope!', dryRun: '--dry-run', reason: '--reason' },
    subject: ['scope', 'dryRun', 'reason'],
    input: z.object({
      scope: scopeId,
      entries: z
        .array(z.object({ key: sourceKey, value: secretBytes.optional(), sealed: sealedBytes.optional() }))
        .min(1)
        .max(500),
      dryRun: z.boolean().default(false).describe('true: nothing is written'),
      reason: z.string().trim().min(1).max(500).optional().describe('why, for the audit log'),
    }),
    output: z.object({
      scope: z.string(),
      complete: z.boolean().describe('false: some of it was not written'),
      entries: z.array(
        z.object({
          key: z.string(),
          change: z
            .enum(['new', 'replace', 'same', 'unknown'])
            .describe('same: the store has exactly this value; unknown: what the store has is not known'),
          result: z.enum(['planned', 'written', 'left', 'failed', 'not_tried']),
          version: z.string().optional(),
          code: failureCode.optional().describe('why it is unknown, or has failed'),
        }),
      ),
      leftAlone: z.array(z.string()).describe('keys of the scope that the import does not name'),
      unavailable: z.array(unavailablePart).describe('the parts of the scope that could not be listed'),
    }),
  }),
  'secrets.declare': defineOperation({
    ...nameWrites,
    summary: 'Record the name of a secret without a value',
    method: 'POST',
    path: '/secrets/declare',
    query: ['scope', 'key'],
    command: 'kici-admin secret declare',
    commandArguments: at,
    subject: ['scope', 'key'],
    input: z.object({ scope: scopeId, key: sourceKey }),
    output: z.object({ scope: z.string(), key: z.string() }),
  }),
  'secrets.list': defineOperation({
    ...names,
    summary: 'List the names of the secrets of a scope, or of a whole backend',
    compressible: true,
    method: 'GET',
    path: '/secrets',
    targets: ({ scope, backend, tree }) => [
      scope === undefined ? { kind: 'backend', backend } : { kind: tree === true ? 'tree' : 'scope', scope },
    ],
    command: 'kici-admin secret list',
    commandArguments: { scope: '--scope', backend: '--backend', tree: '--tree' },
    subject: ['scope', 'backend'],
    input: z.object({
      scope: scopeId.optional(),
      tree: z.stringbool().optional().describe('scopes below it too'),
      backend: backendName.optional().describe('instead of a scope: every scope of this backend'),
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
    commandArguments: at,
    subject: ['scope', 'key'],
    input: z.object({ scope: scopeId, key: sourceKey }),
    output: z.object({
      existed: z.boolean(),
      restorableUntil: timestamp.optional().describe('omitted where it is gone for good'),
    }),
  }),
  'secrets.versions': defineOperation({
    ...names,
    summary: 'List the versions of a secret',
    method: 'GET',
    path: '/secrets/versions',
    command: 'kici-admin secret versions',
    commandArguments: at,
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
    offWith: 'secrets.set',
    summary: 'Make an earlier version of a secret current again',
    method: 'POST',
    path: '/secrets/restore',
    query: ['scope', 'key', 'version'],
    command: 'kici-admin secret restore',
    commandArguments: { ...at, version: '?' },
    subject: ['scope', 'key', 'version'],
    input: z.object({
      scope: scopeId,
      key: sourceKey,
      version: z.string().min(1).optional().describe('default: the newest, as for a deleted secret'),
    }),
    output: receipt,
  }),
  'secrets.sealingKey': defineOperation({
    ...names,
    permission: 'secrets:write',
    summary: 'Show the key that values are sealed to on their way here',
    method: 'GET',
    path: '/secrets/sealing-key',
    targets: noTargets,
    command: 'kici-admin policy show',
    subject: [],
    input: z.object({}),
    output: sealingKey,
  }),
  'scopes.list': defineOperation({
    ...names,
    summary: 'List the scopes of a backend',
    compressible: true,
    method: 'GET',
    path: '/scopes',
    targets: ({ backend = internalBackendName }) => [{ kind: 'backend', backend }],
    command: 'kici-admin scope list',
    commandArguments: { backend: '--backend', folder: '--folder', text: '--filter' },
    subject: ['backend'],
    input: z.object({
      backend: backendName.optional(),
      folder: scopePath.optional().describe('only what lies below this path'),
      text: z
        .string()
        .min(1)
        .optional()
        .describe('only scopes that have each of these parts, separated by blanks, in any case'),
      holding: scopePath
        .optional()
        .describe('only what the first segment of this path below the folder names: the scope, and what lies below it'),
      collapse: z.coerce
        .number()
        .int()
        .min(1)
        .optional()
        .describe(
          'a folder directly below the path that holds more scopes than this is named with their number, in their place; default: every scope is named',
        ),
      limit: z.coerce.number().int().min(1).optional().describe('how many scopes and folders at most; default: all'),
      cached: z
        .stringbool()
        .optional()
        .describe('true: names listed a moment ago will do, except from a backend that is known to fail'),
    }),
    output: z.object({
      scopes: z.array(z.string()),
      folders: z.array(z.object({ folder: scopePath, scopes: z.int().min(1) })).describe('see `collapse`'),
      total: z.int().min(0).describe('how many scopes and folders there are without `limit`'),
      unavailable: z.array(unavailablePart),
    }),
  }),
  'scopes.create': defineOperation({
    ...nameWrites,
    summary: 'Create an empty scope',
    method: 'POST',
    path: '/scopes',
    query: ['scope'],
    command: 'kici-admin scope create',
    commandArguments: { scope: '' },
    subject: ['scope'],
    input: z.object({ scope: scopeId }),
    output: z.object({ scope: z.string() }),
  }),
  'scopes.rename': defineOperation({
    ...nameWrites,
    summary: 'Rename a scope with its secrets',
    method: 'POST',
    path: '/scopes/rename',
    query: ['from', 'to'],
    targets: ({ from, to }) => [...scopeOf({ scope: from }), ...scopeOf({ scope: to })],
    command: 'kici-admin scope rename',
    commandArguments: { from: '', to: '', keepBindings: '--keep-bindings', dryRun: '--dry-run' },
    subject: ['from', 'to', 'keepBindings', 'dryRun'],
    input: z.object({
      from: scopeId,
      to: scopeId,
      keepBindings: z.boolean().optional().describe('true: bindings go on naming the old scope'),
      dryRun: z.boolean().optional().describe('true: nothing is changed, and the answer shows what would be'),
    }),
    output: z.object({
      scope: z.string(),
      moved: z.array(boundScope).describe('the bindings that name the scope by its new name now'),
      kept: z.array(boundScope).describe('the bindings that still name the old scope'),
      unmatched: z.array(boundScope).describe('the patterns that select the old name and not the new one'),
    }),
  }),
  'scopes.delete': defineOperation({
    ...nameWrites,
    summary: 'Delete a scope with its secrets',
    method: 'DELETE',
    path: '/scopes',
    command: 'kici-admin scope delete',
    commandArguments: { scope: '' },
    subject: ['scope'],
    input: z.object({ scope: scopeId }),
    output: z.object({ deletedSecrets: z.int() }),
  }),
};
