import * as z from 'zod';
import { timestamp } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { roleNames } from '../roles.ts';
import { noTargets } from '../targets.ts';

const shared = {
  category: 'sessions',
  sensitivity: 'credentials',
  permission: 'dashboard:open',
  // The handler compares sessions with the caller's own token.
  targets: noTargets,
} as const;

/** The operations on dashboard sessions: who is signed in, and the code of `kici-admin dashboard`. */
export const sessionOperations = {
  'sessions.code': defineOperation({
    ...shared,
    summary: 'Create a code that signs in to the dashboard, once and within a minute',
    method: 'POST',
    path: '/sessions/codes',
    audit: 'write',
    command: 'kici-admin dashboard',
    policyGoverned: false,
    tokenOnly: true,
    subject: [],
    input: z.object({}),
    output: z.object({ code: z.string(), expiresAt: timestamp }),
  }),
  'sessions.list': defineOperation({
    ...shared,
    summary:
      "List the dashboard sessions: all for callers who manage tokens, otherwise those of the caller's own token",
    method: 'GET',
    path: '/sessions',
    audit: 'none',
    command: 'kici-admin session list',
    policyGoverned: false,
    subject: [],
    input: z.object({}),
    output: z.object({
      sessions: z.array(
        z.object({
          id: z.string(),
          tokenId: z.string(),
          tokenName: z.string(),
          role: z.enum(roleNames),
          createdAt: timestamp,
          usedAt: timestamp.describe('of its last request, to the minute'),
          expiresAt: timestamp.describe('at the latest: it ends earlier without requests'),
          own: z.boolean().describe('true: the session that asks'),
        }),
      ),
    }),
  }),
  'sessions.end': defineOperation({
    ...shared,
    summary: 'End a dashboard session at once',
    method: 'DELETE',
    path: '/sessions/{id}',
    audit: 'write',
    command: 'kici-admin session end',
    commandArguments: { id: '' },
    policyGoverned: true,
    subject: ['id'],
    input: z.object({ id: z.string() }),
    output: z.object({}),
  }),
};
