import { confirm } from '../../terminal/confirm.ts';
import { printable } from '../../terminal/io.ts';
import { defineCommand, type CommandGroup } from '../command.ts';
import { count, listing } from '../format.ts';
import { withGaps } from '../gaps.ts';
import { yes } from '../parameters/shared.ts';
import { argument, flag, option } from '../parameters/text.ts';
import type { OutputOf } from '../session.ts';

type Renamed = OutputOf<'scopes.rename'>;

const scope = argument('scope', 'backend:path, or a bare path in the internal store');

const list = defineCommand({
  name: 'list',
  summary: 'List the scopes of a backend',
  operations: ['scopes.list'],
  examples: [
    'kici-admin scope list',
    'kici-admin scope list --backend corp-vault',
    'kici-admin scope list --folder apps --filter shop',
  ],
  parameters: {
    backend: option('--backend <backend>', 'the backend (default: the internal store)'),
    folder: option('--folder <path>', 'only scopes below this path'),
    text: option('--filter <text>', 'only scopes that have each of these parts'),
  },
  run: async (input, session) => {
    const data = await session.call('scopes.list', input);
    const shown = listing(
      ['scope'],
      data.scopes.map((one) => [one]),
      'no scopes',
      session.columns,
    );
    return withGaps({ data, ...shown }, data.unavailable);
  },
});

const create = defineCommand({
  name: 'create',
  summary: 'Create an empty scope',
  operations: ['scopes.create'],
  examples: ['kici-admin scope create apps/shop'],
  parameters: { scope },
  run: async (input, session) => {
    const data = await session.call('scopes.create', input);
    return { data, text: printable(`created scope ${data.scope}`) };
  },
});

const rename = defineCommand({
  name: 'rename',
  summary: 'Rename a scope with its secrets',
  operations: ['scopes.rename'],
  examples: ['kici-admin scope rename apps/shop apps/store', 'kici-admin scope rename apps/shop apps/store --dry-run'],
  parameters: {
    from: argument('from', 'the scope as it is called now'),
    to: argument('to', 'its new name'),
    keepBindings: flag('--keep-bindings', 'leave the bindings on the old name; without it they move with the scope'),
    dryRun: flag('--dry-run', 'change nothing, and show what would change'),
  },
  run: async ({ from, to, keepBindings, dryRun }, session) => {
    const data = await session.call('scopes.rename', {
      from,
      to,
      ...(keepBindings && { keepBindings }),
      ...(dryRun && { dryRun }),
    });
    return { data, ...renamed(from, data, dryRun) };
  },
});

function renamed(from: string, data: Renamed, dryRun: boolean): { text: string; notice?: string } {
  const told = (bindings: Renamed['moved'], what: string): string[] =>
    bindings.map(({ environment, id, scope: pattern }) =>
      printable(`binding ${id} of environment ${environment}, ${pattern}, ${what}`),
    );
  const warnings = [
    ...told(data.kept, dryRun ? `would still name ${from}` : `still names ${from}`),
    ...told(data.unmatched, `selects ${from} and not ${data.scope}`),
  ];
  return {
    text: [
      printable(`${dryRun ? '[dry-run] would rename' : 'renamed'} scope ${from} to ${data.scope}`),
      ...told(data.moved, dryRun ? 'would move with it' : 'moved with it'),
    ].join('\n'),
    ...(warnings.length !== 0 && { notice: warnings.map((warning) => `warning: ${warning}`).join('\n') }),
  };
}

const remove = defineCommand({
  name: 'delete',
  summary: 'Delete a scope with its secrets',
  operations: ['scopes.delete'],
  examples: ['kici-admin scope delete apps/old --yes'],
  parameters: { scope, yes },
  run: async (input, session) => {
    await session.precheck('scopes.delete', { scope: input.scope });
    await confirm(`Delete scope ${printable(input.scope)} with all of its secrets?`, input.yes, session.io);
    const data = await session.call('scopes.delete', { scope: input.scope });
    return { data, text: printable(`deleted scope ${input.scope} with ${count(data.deletedSecrets, 'secret')}`) };
  },
});

/** `kici-admin scope …`. */
export const scopeCommands: CommandGroup = {
  name: 'scope',
  summary: 'List, create, rename and delete scopes',
  commands: [list, create, rename, remove],
};
