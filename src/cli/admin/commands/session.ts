import { printable } from '../../terminal/io.ts';
import { defineCommand, type CommandGroup } from '../command.ts';
import { listing, moment } from '../format.ts';
import { argument } from '../parameters/text.ts';

const list = defineCommand({
  name: 'list',
  summary: 'List the sessions at the dashboard',
  operations: ['sessions.list'],
  examples: ['kici-admin session list'],
  parameters: {},
  run: async (_, session) => {
    const data = await session.call('sessions.list', {});
    const rows = data.sessions.map((one) => [
      one.id,
      one.tokenName,
      one.role,
      moment(one.createdAt),
      moment(one.usedAt),
      moment(one.expiresAt),
    ]);
    return {
      data,
      ...listing(['id', 'token', 'role', 'since', 'last used', 'ends'], rows, 'nobody is signed in', session.columns),
    };
  },
});

const end = defineCommand({
  name: 'end',
  summary: 'End a session at the dashboard at once',
  operations: ['sessions.end'],
  examples: ['kici-admin session end SESSION_ID'],
  parameters: { id: argument('session', 'its id, as `session list` shows it') },
  run: async (input, session) => {
    const data = await session.call('sessions.end', input);
    return { data, text: printable(`ended session ${input.id}`) };
  },
});

/** `kici-admin session …`: sign-ins at the dashboard. */
export const sessionCommands: CommandGroup = {
  name: 'session',
  summary: 'List and end sessions at the dashboard',
  commands: [list, end],
};
