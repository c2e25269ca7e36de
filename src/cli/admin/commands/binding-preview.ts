import { printable } from '../../terminal/io.ts';
import { table } from '../../terminal/table.ts';
import { defineCommand, type AdminCommand } from '../command.ts';
import { count } from '../format.ts';
import { withGaps } from '../gaps.ts';
import { bindingSettings, environment, scopeHelp } from '../parameters/binding.ts';
import { truth } from '../parameters/parsed.ts';
import { flag, option, optionalArgument } from '../parameters/text.ts';
import type { OutputOf } from '../session.ts';

type Change = OutputOf<'resolution.preview'>['changes'][number];

/** `environment preview`: what a change of bindings would do to the keys. */
export const preview: AdminCommand = defineCommand({
  name: 'preview',
  summary: 'Show what a change of bindings does to the keys, and change nothing',
  operations: ['resolution.preview'],
  examples: [
    "kici-admin environment preview production --scope 'corp-vault:apps/shop/**' --priority 10",
    'kici-admin environment preview production BINDING --priority 20',
    'kici-admin environment preview production BINDING --remove',
  ],
  parameters: {
    environment,
    id: optionalArgument('binding', 'the binding that would be changed; left out: a new one'),
    remove: flag('--remove', 'the binding would be removed'),
    scope: option('--scope <scope>', scopeHelp),
    ...bindingSettings,
    skipDeleted: truth('--skip-deleted <true|false>', 'whether what is deleted counts as absent'),
    asHost: option('--as-host <host>', 'show it as for an agent on this host'),
  },
  run: async ({ remove, map, skipDeleted, ...input }, session) => {
    const data = await session.call('resolution.preview', {
      ...input,
      ...(remove && { remove: 'true' }),
      ...(map !== undefined && { map: JSON.stringify(map) }),
      ...(skipDeleted !== undefined && { skipDeleted: String(skipDeleted) }),
    });
    const rows = data.changes.map((one) => [one.key, words[one.change], placeOf(one.before), placeOf(one.after)]);
    const kept = `${count(data.unchanged, 'key')} ${data.unchanged === 1 ? 'stays as it is' : 'stay as they are'}`;
    const changes =
      rows.length === 0 ? 'no key changes' : table(['key', 'change', 'before', 'after'], rows, session.columns);
    const idle = data.idle === undefined ? [] : [`the binding selects nothing: ${printable(data.idle)}`];
    return withGaps({ data, text: [changes, kept, ...idle].join('\n') }, data.unavailable);
  },
});

const words: Readonly<Record<Change['change'], string>> = {
  appears: 'appears',
  vanishes: 'vanishes',
  winner: 'other supplier',
  status: 'other state',
};

function placeOf(supplier: Change['before']): string {
  if (supplier === undefined) return '';
  const { backend, scope, status, code } = supplier;
  const place = backend === undefined ? '' : scope === undefined ? backend : `${backend}:${scope}`;
  const state = status === 'available' ? '' : code === undefined ? status : `${status} [${code}]`;
  return [place, state].filter((part) => part !== '').join(', ');
}
