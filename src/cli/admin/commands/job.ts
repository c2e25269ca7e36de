import { printable } from '../../terminal/io.ts';
import { defineCommand, type CommandGroup } from '../command.ts';
import { listing, moment } from '../format.ts';

const list = defineCommand({
  name: 'list',
  summary: 'List the jobs that are open now, with the keys that they have asked for',
  operations: ['jobs.list'],
  examples: ['kici-admin job list'],
  parameters: {},
  run: async (_, session) => {
    const data = await session.call('jobs.list', {});
    const rows = data.jobs.map((one) => [
      printable(one.workflow),
      printable(one.job),
      one.environment,
      printable(one.token),
      moment(one.openedAt),
      one.keys.join(', '),
    ]);
    return {
      data,
      ...listing(
        ['workflow', 'job', 'environment', 'token', 'opened', 'keys'],
        rows,
        'no job is open',
        session.columns,
      ),
    };
  },
});

/** `kici-admin job …`. */
export const jobCommands: CommandGroup = { name: 'job', summary: 'List jobs', commands: [list] };
