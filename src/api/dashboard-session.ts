import * as z from 'zod';
import { sealingKey, timestamp } from './fields.ts';
import { permissions, roleNames } from './roles.ts';

/** Relative to the server's address: `POST` signs in, `GET` shows the session, `DELETE` signs out. */
export const dashboardSessionPath = '/dashboard/session';

/**
 * With a cookie, every request other than GET must carry the session's `csrf` in this header, which another site's page
 * cannot know.
 */
export const csrfHeader = 'x-kici-csrf';

/** How values are entered at the dashboard: plain, sealed by the page to the orchestrator's key, or not at all. */
export const valueEntries = ['open', 'sealed', 'off'] as const;
export type ValueEntryMode = (typeof valueEntries)[number];

export const signInRequest = z.union([
  z.strictObject({ token: z.string().min(1).max(1_024), organization: z.string().optional() }),
  z.strictObject({ code: z.string().min(1).max(1_024) }),
]);

/** What the page knows about its session; nothing in it grants access elsewhere. */
export const dashboardSession = z.object({
  id: z.string(),
  token: z.string().describe('the id of the token that it was opened with'),
  actor: z.string().describe('the name of the token'),
  role: z.enum(roleNames),
  organization: z.string().describe('the one that the page opens with'),
  everyOrganization: z.boolean().describe('whether it may work in others too'),
  environments: z.array(z.string()).optional().describe('default: every environment'),
  scopes: z.array(z.string()).optional().describe('patterns; default: every scope'),
  expires: timestamp.describe('at the latest'),
  csrf: z.string(),
  permissions: z.array(z.enum(permissions)),
  policy: z
    .record(z.string(), z.enum(['on', 'off']))
    .describe('by operation, whether the policy lets a session do it; what is not named is on'),
  valueEntry: z.enum(valueEntries),
  sealingKey: sealingKey.describe(
    'the key that values are sealed to before they are sent, unless they are entered openly',
  ),
});

export type DashboardSession = z.output<typeof dashboardSession>;
