import { defineCommand, type CommandGroup } from '../command.ts';
import { listing, moment } from '../format.ts';
import { argument } from '../parameters/text.ts';

const create = defineCommand({
  name: 'create',
  summary: 'Create an organization',
  operations: ['organizations.create'],
  examples: ['kici-admin organization create payments'],
  parameters: { name: argument('name', 'lower-case letters, digits and "-"') },
  run: async (input, session) => {
    const data = await session.call('organizations.create', input);
    return { data, text: `created organization ${data.name}` };
  },
});

const list = defineCommand({
  name: 'list',
  summary: 'List organizations',
  operations: ['organizations.list'],
  examples: ['kici-admin organization list'],
  parameters: {},
  run: async (_, session) => {
    const data = await session.call('organizations.list', {});
    return {
      data,
      ...listing(
        ['name', 'created'],
        data.organizations.map((one) => [one.name, moment(one.createdAt)]),
        'no organizations',
        session.columns,
      ),
    };
  },
});

/** `kici-admin organization …`. */
export const organizationCommands: CommandGroup = {
  name: 'organization',
  summary: 'Create and list organizations',
  commands: [create, list],
};
