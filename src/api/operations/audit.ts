import * as z from 'zod';
import { environmentName, timestamp } from '../fields.ts';
import { defineOperation } from '../operation.ts';

const shared = {
  category: 'audit',
  sensitivity: 'names',
  permission: 'audit:read',
  targets: 'organization',
  audit: 'none',
  policyGoverned: false,
} as const;

const instant = z.iso.datetime({ offset: true });

export const auditRow = z.object({
  sequence: z.int(),
  at: timestamp,
  phase: z.enum(['intent', 'outcome', 'read', 'refused', 'break', 'join', 'cut']),
  operation: z.string(),
  actor: z.string(),
  subject: z.record(z.string(), z.unknown()).describe('names only'),
  result: z.string().optional(),
  intent: z.int().optional().describe('the intent row that an outcome belongs to'),
});

const problem = z.object({ sequence: z.int(), problem: z.string() });

/** The operations on the audit log. */
export const auditOperations = {
  'audit.list': defineOperation({
    ...shared,
    summary: 'Read the audit log, newest first',
    compressible: true,
    method: 'GET',
    path: '/audit',
    command: 'kici-admin audit list',
    subject: [],
    input: z.object({
      before: z.coerce.number().int().positive().optional(),
      since: instant.optional().describe('rows from this moment on'),
      until: instant.optional().describe('rows before this moment'),
      actor: z.string().min(1).optional().describe('part of the actor, such as the name of a token'),
      operation: z.string().min(1).optional().describe('an operation, such as secrets.set'),
      key: z.string().min(1).optional().describe('rows about a key or a variable of this name'),
      environment: environmentName.optional(),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
    output: z.object({
      rows: z.array(auditRow),
      next: z
        .int()
        .optional()
        .describe(
          'set if the answer ends early because it would be too large or take too long: continue with `before`',
        ),
    }),
  }),
  'audit.verify': defineOperation({
    ...shared,
    summary: 'Check that no row of the audit log was changed, swapped or cut off',
    method: 'GET',
    path: '/audit/verify',
    command: 'kici-admin audit verify',
    subject: [],
    input: z.object({}),
    output: z.object({
      intact: z.boolean().describe('false forever after a problem, acknowledged or not'),
      rows: z.int(),
      openIntents: z.array(z.int()),
      problems: z.array(problem.extend({ acknowledged: z.boolean() })),
      acknowledgement: z
        .object({ row: z.int(), at: timestamp, actor: z.string(), reason: z.string() })
        .optional()
        .describe('who has acknowledged the problems that are marked so'),
    }),
  }),
  'audit.acknowledge': defineOperation({
    ...shared,
    summary: 'Acknowledge what is wrong with the audit log, which stays on record',
    method: 'POST',
    path: '/audit/acknowledge',
    permission: 'audit:acknowledge',
    audit: 'write',
    policyGoverned: true,
    command: 'kici-admin audit acknowledge',
    commandArguments: { reason: '--reason!' },
    subject: ['reason'],
    input: z.object({ reason: z.string().trim().min(1, 'say why').max(500).describe('what has happened') }),
    output: z.object({ problems: z.array(problem) }),
  }),
};
