import * as z from 'zod';
import { organizationName, timestamp } from '../fields.ts';
import { defineOperation } from '../operation.ts';

const shared = {
  category: 'organizations',
  sensitivity: 'names',
  permission: 'organizations:manage',
  targets: 'organization',
} as const;

/** The operations on organizations. */
export const organizationOperations = {
  'organizations.create': defineOperation({
    ...shared,
    summary: 'Create an organization',
    method: 'POST',
    path: '/organizations',
    query: ['name'],
    audit: 'write',
    policyGoverned: true,
    command: 'kici-admin organization create',
    commandArguments: { name: '' },
    subject: ['name'],
    input: z.object({ name: organizationName }),
    output: z.object({ name: z.string() }),
  }),
  'organizations.list': defineOperation({
    ...shared,
    summary: 'List organizations',
    method: 'GET',
    path: '/organizations',
    audit: 'none',
    policyGoverned: false,
    command: 'kici-admin organization list',
    subject: [],
    input: z.object({}),
    output: z.object({ organizations: z.array(z.object({ name: z.string(), createdAt: timestamp })) }),
  }),
};
