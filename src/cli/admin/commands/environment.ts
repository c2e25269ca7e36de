import type * as z from 'zod';
import type { bindingView } from '../../../api/operations/environments.ts';
import { confirm } from '../../terminal/confirm.ts';
import { printable } from '../../terminal/io.ts';
import { UsageError } from '../../terminal/command-error.ts';
import { defineCommand, type CommandGroup } from '../command.ts';
import { facts, listing, moment } from '../format.ts';
import { truth } from '../parameters/parsed.ts';
import { bindingSettings, environment, scopeHelp } from '../parameters/binding.ts';
import { yes } from '../parameters/shared.ts';
import { argument, flag, option, repeated, required } from '../parameters/text.ts';
import { preview } from './binding-preview.ts';

type Binding = z.output<typeof bindingView>;

const create = defineCommand({
  name: 'create',
  summary: 'Create an environment, with bindings if wanted',
  operations: ['environments.create'],
  examples: ['kici-admin environment create production --bind production'],
  parameters: {
    name: argument('name', 'the name of the environment'),
    bind: repeated('--bind <scope>', `${scopeHelp} (repeatable)`),
  },
  run: async ({ name, bind }, session) => {
    const data = await session.call('environments.create', { name, bind: [...bind] });
    const bound = data.bindings.map((one) => one.scope).join(', ');
    return {
      data,
      text: printable(`created environment ${data.name}${bound === '' ? '' : `, bound to ${bound}`}`),
      ...(bound === '' && {
        notice: `it has no secrets until you bind a scope: kici-admin environment bind ${printable(data.name)} --scope SCOPE`,
      }),
    };
  },
});

const list = defineCommand({
  name: 'list',
  summary: 'List environments',
  operations: ['environments.list'],
  examples: ['kici-admin environment list', 'kici-admin environment list --scope production'],
  parameters: { scope: option('--scope <scope>', 'only those with bindings that select this scope') },
  run: async ({ scope }, session) => {
    const data = await session.call('environments.list', { ...(scope !== undefined && { scope }) });
    return {
      data,
      ...listing(
        ['name', 'bindings', 'created'],
        data.environments.map((one) => [one.name, String(one.bindings), moment(one.createdAt)]),
        scope === undefined ? 'no environments' : 'no environment has a binding that selects this scope',
        session.columns,
      ),
    };
  },
});

const show = defineCommand({
  name: 'show',
  summary: 'Show an environment and its bindings',
  operations: ['environments.show'],
  examples: ['kici-admin environment show production'],
  parameters: { environment },
  run: async (input, session) => {
    const data = await session.call('environments.show', input);
    const bindings = listing(
      ['id', 'scope', 'host', 'priority', 'keys', 'deleted'],
      data.bindings.map(bindingRow),
      '',
      session.columns,
    );
    return {
      data,
      text: `${facts([
        ['environment', data.name],
        ['created', moment(data.createdAt)],
      ])}\n\n${'text' in bindings ? bindings.text : 'no bindings: it has no secrets'}`,
    };
  },
});

function bindingRow(binding: Binding): string[] {
  const renamed = Object.entries(binding.map ?? {})
    .map(([source, key]) => `${source}=${key}`)
    .join(' ');
  return [
    binding.id,
    binding.scope,
    binding.host,
    String(binding.priority),
    binding.prefix === undefined ? renamed : `${binding.prefix}*`,
    binding.skipDeleted ? 'skipped' : 'unavailable',
  ];
}

const remove = defineCommand({
  name: 'delete',
  summary: 'Delete an environment with its bindings and variables',
  operations: ['environments.delete'],
  examples: ['kici-admin environment delete staging --yes'],
  parameters: { environment, yes },
  run: async (input, session) => {
    await session.precheck('environments.delete', { environment: input.environment });
    await confirm(`Delete environment ${input.environment} with its bindings and variables?`, input.yes, session.io);
    const data = await session.call('environments.delete', { environment: input.environment });
    return { data, text: `deleted environment ${input.environment}` };
  },
});

const bind = defineCommand({
  name: 'bind',
  summary: 'Bind scopes to an environment',
  operations: ['bindings.add'],
  examples: [
    "kici-admin environment bind production --scope 'corp-vault:apps/shop/**' --priority 10",
    'kici-admin environment bind production --scope corp-vault:apps/shop/db --map password=DB_PASSWORD',
  ],
  parameters: {
    environment,
    scope: required('--scope <scope>', scopeHelp),
    ...bindingSettings,
    skipDeleted: flag('--skip-deleted', 'count what is deleted as absent, so that the next candidate takes its place'),
  },
  run: async ({ skipDeleted, ...input }, session) => {
    const data = await session.call('bindings.add', {
      ...input,
      ...(skipDeleted && { skipDeleted }),
    });
    return {
      data,
      text: printable(
        `bound ${data.scope} to environment ${input.environment}: binding ${data.id}, priority ${data.priority}${data.skipDeleted ? ', skips what is deleted' : ''}`,
      ),
    };
  },
});

const rebind = defineCommand({
  name: 'rebind',
  summary: 'Change a binding',
  operations: ['bindings.update'],
  examples: ['kici-admin environment rebind production BINDING --priority 20'],
  parameters: {
    environment,
    id: argument('binding', 'its id, as `environment show` lists it'),
    scope: option('--scope <scope>', scopeHelp),
    ...bindingSettings,
    skipDeleted: truth('--skip-deleted <true|false>', 'whether what is deleted counts as absent'),
  },
  run: async (input, session) => {
    const { environment: _, id: __, ...changes } = input;
    if (Object.values(changes).every((change) => change === undefined))
      throw new UsageError('nothing to change', 'add --scope, --priority, --prefix, --map, --host or --skip-deleted');
    const data = await session.call('bindings.update', input);
    return {
      data,
      text: printable(
        `changed binding ${data.id} of environment ${input.environment}: ${data.scope}, priority ${data.priority}${data.skipDeleted ? ', skips what is deleted' : ''}`,
      ),
    };
  },
});

const unbind = defineCommand({
  name: 'unbind',
  summary: 'Remove a binding',
  operations: ['bindings.remove'],
  examples: ['kici-admin environment unbind production BINDING'],
  parameters: { environment, id: argument('binding', 'its id, as `environment show` lists it') },
  run: async (input, session) => {
    const data = await session.call('bindings.remove', input);
    return { data, text: printable(`removed binding ${input.id} of environment ${input.environment}`) };
  },
});

/** `kici-admin environment …`. */
export const environmentCommands: CommandGroup = {
  name: 'environment',
  summary: 'Create environments and bind scopes to them',
  commands: [create, list, show, bind, rebind, unbind, preview, remove],
};
