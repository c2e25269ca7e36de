import { printable } from '../../terminal/io.ts';
import { defineCommand, type AdminCommand } from '../command.ts';
import { moment } from '../format.ts';
import { openInBrowser } from '../open-browser.ts';
import { flag } from '../parameters/text.ts';

/** `kici-admin dashboard`. */
export const dashboardCommand: AdminCommand = defineCommand({
  name: 'dashboard',
  summary: 'Open the dashboard, signed in with a code that works once and within a minute',
  operations: ['sessions.code'],
  examples: ['kici-admin dashboard', 'kici-admin dashboard --print'],
  parameters: { print: flag('--print', 'print the address instead of opening it') },
  run: async ({ print }, session) => {
    const { code, expiresAt } = await session.call('sessions.code', {});
    // After the "#", which browsers never send.
    const url = `${session.url.origin}/#code=${code}`;
    const data = { url, expiresAt };
    if (!print && session.columns !== undefined && (await openInBrowser(url, session.io.environment)))
      return { data, notice: `opened ${printable(session.url.origin)} in the browser` };
    return { data, text: url, notice: `open it before ${moment(expiresAt)}; it signs in once` };
  },
});
