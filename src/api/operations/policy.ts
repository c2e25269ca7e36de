import * as z from 'zod';
import { valueEntries } from '../dashboard-session.ts';
import { sealingKey, timestamp } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { noTargets } from '../targets.ts';

const shared = { category: 'policy', sensitivity: 'settings', policyGoverned: false } as const;
const changing = {
  ...shared,
  permission: 'policy:write',
  targets: 'organization',
  audit: 'write',
  // No session may change what sessions may do.
  tokenOnly: true,
} as const;

const state = z.enum(['on', 'off']);

const policyView = z.object({
  valueEntry: z.enum(valueEntries).describe('how values are entered at the dashboard'),
  plainReads: state.describe('whether tokens with the role reader get values as plain JSON'),
  sealingKey: sealingKey.describe('what the dashboard and kici-admin seal values to'),
  operations: z.array(
    z.object({
      operation: z.string(),
      category: z.string(),
      sensitivity: z.string(),
      state,
      rule: z.string().optional().describe('what the rule that decides is about; omitted when on by default'),
      since: timestamp.optional(),
      by: z.string().optional().describe('the token that has set the rule, for those who may read the audit log'),
    }),
  ),
});

const changes = z
  .array(z.object({ operation: z.string(), from: state, to: state }))
  .describe('what sessions may do from now on that they could not before, and the other way round');

const changedPolicy = policyView.extend({
  changes,
  valueEntryChange: z.object({ from: z.enum(valueEntries), to: z.enum(valueEntries) }).optional(),
  plainReadsChange: z.object({ from: state, to: state }).optional(),
});

const subject = z
  .string()
  .describe('an operation such as secrets.set, category:NAME such as category:secrets, or sensitivity:NAME');

/** The operations on the dashboard-write policy. */
export const policyOperations = {
  'policy.show': defineOperation({
    ...shared,
    summary: 'Show what dashboard sessions may change',
    method: 'GET',
    path: '/policy',
    permission: 'dashboard:open',
    targets: noTargets,
    audit: 'none',
    command: 'kici-admin policy show',
    subject: [],
    input: z.object({}),
    output: policyView,
  }),
  'policy.set': defineOperation({
    ...changing,
    summary: 'Switch off, or on again, what dashboard sessions may change',
    method: 'PATCH',
    path: '/policy',
    command: 'kici-admin policy set',
    commandArguments: {
      disable: '--disable',
      enable: '--enable',
      valueEntry: '--value-entry',
      plainReads: '--plain-reads',
    },
    subject: ['disable', 'enable', 'valueEntry', 'plainReads'],
    input: z.object({
      disable: z.array(subject).max(100).default([]),
      enable: z.array(subject).max(100).default([]),
      valueEntry: z.enum(valueEntries).optional(),
      plainReads: state.optional(),
    }),
    output: changedPolicy,
  }),
  'policy.reset': defineOperation({
    ...changing,
    summary: 'Let dashboard sessions change everything again',
    method: 'DELETE',
    path: '/policy',
    command: 'kici-admin policy reset',
    subject: [],
    input: z.object({}),
    output: changedPolicy,
  }),
};
