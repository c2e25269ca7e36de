import * as z from 'zod';
import { auditCheckpoint } from '../audit-checkpoint.ts';
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
  requestId: z
    .string()
    .optional()
    .describe("the request that it was written for; lines of the server's log have it too"),
  result: z.string().optional(),
  intent: z.int().optional().describe('the intent row that an outcome belongs to'),
  mac: z.string().describe('of this row and the one before it, under a key of the organization'),
});

/** More than fit into a file of checkpoints that `kici-admin` reads. */
const mostRows = 250_000;

const problem = z.object({ sequence: z.int(), problem: z.string() });

/** The operations on the audit log. */
export const auditOperations = {
  'audit.list': defineOperation({
    ...shared,
    summary: 'Read the audit log',
    compressible: true,
    method: 'GET',
    path: '/audit',
    command: 'kici-admin audit list',
    subject: [],
    input: z.object({
      order: z.enum(['newest', 'oldest']).default('newest').describe('which row comes first'),
      before: z.coerce.number().int().positive().optional().describe('rows with a smaller number'),
      after: z.coerce.number().int().min(0).optional().describe('rows with a greater number'),
      since: instant.optional().describe('rows from this moment on'),
      until: instant.optional().describe('rows before this moment'),
      actor: z.string().min(1).optional().describe('part of the actor, such as the name of a token'),
      operation: z.string().min(1).optional().describe('an operation, such as secrets.set'),
      outcome: z.string().min(1).optional().describe('how it ended: done, or the code of an error'),
      scope: z
        .string()
        .min(1)
        .optional()
        .describe('rows about this very scope; without a backend, of the internal store'),
      job: z.string().min(1).optional().describe('rows about the job of this id'),
      request: z.string().min(1).optional().describe('rows that were written for the request of this id'),
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
          'set if the answer ends early because it would be too large or take too long: continue with `before`, or with `after` where the oldest come first',
        ),
    }),
  }),
  'audit.verify': defineOperation({
    ...shared,
    summary: 'Check that no row of the audit log was changed, swapped or cut off',
    tellsProgress: true,
    method: 'POST',
    path: '/audit/verify',
    command: 'kici-admin audit verify',
    subject: [],
    maxBodyBytes: 4_194_304,
    input: z.object({
      rows: z
        .array(z.int().positive())
        .min(1)
        .max(mostRows)
        .optional()
        .describe('rows whose MACs the answer tells, to be compared with those of checkpoints'),
    }),
    output: z.object({
      intact: z.boolean().describe('false forever after a problem, acknowledged or not'),
      rows: z.int(),
      openIntents: z.array(z.int()),
      problems: z.array(problem.extend({ acknowledged: z.boolean() })),
      acknowledgement: z
        .object({ row: z.int(), at: timestamp, actor: z.string(), reason: z.string() })
        .optional()
        .describe('who has acknowledged the problems that are marked so'),
      cut: z
        .object({ through: z.int(), row: z.int(), at: timestamp, actor: z.string() })
        .optional()
        .describe('set if rows were removed: the last of them, and the row that records it'),
      marks: z
        .object({
          publicKey: z.base64().describe('what checkpoints of this organization are signed with: Ed25519, 32 bytes'),
          rows: z.array(z.object({ sequence: z.int(), mac: z.string().optional() })),
        })
        .optional()
        .describe(
          'of the rows that were asked for, those that are there, and the last one that was removed; without a MAC where it does not belong to what is there',
        ),
    }),
  }),
  'audit.checkpoint': defineOperation({
    ...shared,
    summary: 'Sign what the audit log is now, to be kept where the orchestrator cannot write',
    method: 'POST',
    path: '/audit/checkpoints',
    permission: 'audit:keep',
    audit: 'write',
    tokenOnly: true,
    command: 'kici-admin audit checkpoint',
    subject: [],
    input: z.object({}),
    output: z.object({
      checkpoint: auditCheckpoint,
      kept: z.boolean().describe('whether the sink of the server has it too; false: it has none'),
    }),
  }),
  'audit.cut': defineOperation({
    ...shared,
    summary: 'Remove the oldest rows of the audit log, and let it begin behind them',
    method: 'POST',
    path: '/audit/cut',
    permission: 'audit:keep',
    audit: 'write',
    tokenOnly: true,
    tellsProgress: true,
    command: 'kici-admin audit cut',
    commandArguments: { before: '--before!' },
    subject: ['before'],
    input: z.object({
      before: instant.describe('rows from the first one on that is not older than this stay'),
      through: z.int().min(0).optional().describe('rows with a greater number stay too, such as those not exported'),
    }),
    output: z.object({
      through: z.int().describe('the last row that was removed'),
      rows: z.int().describe('how many were removed'),
      row: z.int().describe('the row that records it, which the log is verified by from now on'),
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
    tellsProgress: true,
    command: 'kici-admin audit acknowledge',
    commandArguments: { reason: '--reason!' },
    subject: ['reason'],
    maxBodyBytes: 4_194_304,
    input: z.object({
      reason: z.string().trim().min(1, 'say why').max(500).describe('what has happened'),
      seen: z
        .array(problem)
        .optional()
        .describe('those not acknowledged yet that the caller was shown: where there are others, none is acknowledged'),
    }),
    output: z.object({ problems: z.array(problem) }),
  }),
};
