import * as z from 'zod';
import {
  contentVersion,
  environmentName,
  expectedVersion,
  settableVariable,
  timestamp,
  variableName,
} from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { environmentOf } from '../targets.ts';

const shared = { category: 'variables', sensitivity: 'settings', targets: environmentOf } as const;

const view = z.object({
  name: z.string(),
  value: z.string(),
  locked: z.boolean(),
  updatedAt: timestamp,
  version: contentVersion,
});

/** The operations on variables of an environment. */
export const variableOperations = {
  'variables.set': defineOperation({
    ...shared,
    summary: 'Set a variable of an environment',
    method: 'PUT',
    path: '/environments/{environment}/variables/{name}',
    permission: 'variables:write',
    audit: 'write',
    command: 'kici-admin variable set',
    commandArguments: { environment: '--environment!', name: '', locked: '--locked|--unlock' },
    policyGoverned: true,
    subject: ['environment', 'name', 'locked'],
    input: z.object({
      environment: environmentName,
      name: settableVariable,
      value: z.string().max(65_536),
      locked: z.boolean().optional().describe('true locks, false unlocks, left out changes nothing'),
      expectedVersion: expectedVersion.nullable().optional().describe('as elsewhere; null when none may exist'),
    }),
    output: view.extend({ wasLocked: z.boolean().describe('whether it was locked before') }),
  }),
  'variables.list': defineOperation({
    ...shared,
    summary: 'List the variables of an environment',
    method: 'GET',
    path: '/environments/{environment}/variables',
    permission: 'variables:read',
    audit: 'none',
    command: 'kici-admin variable list',
    commandArguments: { environment: '--environment!' },
    policyGoverned: false,
    subject: ['environment'],
    input: z.object({ environment: environmentName }),
    output: z.object({ variables: z.array(view) }),
  }),
  'variables.delete': defineOperation({
    ...shared,
    summary: 'Delete a variable of an environment',
    method: 'DELETE',
    path: '/environments/{environment}/variables/{name}',
    permission: 'variables:write',
    audit: 'write',
    command: 'kici-admin variable delete',
    commandArguments: { environment: '--environment!', name: '' },
    policyGoverned: true,
    subject: ['environment', 'name'],
    input: z.object({
      environment: environmentName,
      name: variableName,
      expectedVersion: expectedVersion.optional(),
    }),
    output: z.object({ existed: z.boolean() }),
  }),
};
