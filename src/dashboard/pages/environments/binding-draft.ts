import type { ClientInput } from '../../../api/registry.ts';
import type { BindingView } from './binding.ts';

/** A binding while it is being edited. */
export interface Draft {
  readonly scope: string;
  readonly priority: string;
  readonly host: string;
  readonly prefix: string;
  /** `source=KEY`, one per line. */
  readonly map: string;
  readonly skipsDeleted: boolean;
}

/** An existing binding as the form shows it, or an empty form. */
export function draftOf(binding: BindingView | undefined): Draft {
  return {
    scope: binding?.scope ?? '',
    priority: String(binding?.priority ?? 0),
    host: binding?.host ?? '**',
    prefix: binding?.prefix ?? '',
    map: Object.entries(binding?.map ?? {})
      .map(([from, to]) => `${from}=${to}`)
      .join('\n'),
    skipsDeleted: binding?.skipDeleted ?? false,
  };
}

/** What is wrong with it, by field, as far as the page can tell. */
export function problemsOf({ priority, prefix, map }: Draft): { readonly [Field in keyof Draft]?: string } {
  const line = linesOf(map).find((one) => !/^[^=]+=[^=]+$/.test(one));
  return {
    ...(!/^-?\d{1,7}$/.test(priority) && { priority: 'A priority is a whole number.' }),
    ...(line !== undefined && { map: `Not of the form name=KEY: ${line}` }),
    ...(prefix !== '' && map.trim() !== '' ? { prefix: 'A binding has a prefix or a map, not both.' } : {}),
  };
}

type Settings = Omit<ClientInput<'bindings.add'>, 'environment'>;

/** The settings of a new binding. */
export function settingsOf({ scope, priority, host, prefix, map, skipsDeleted }: Draft): Settings {
  return {
    scope,
    priority: Number(priority),
    ...(host !== '**' && host !== '' && { host }),
    ...(prefix !== '' && { prefix }),
    ...(map.trim() !== '' && { map: pairsOf(map) }),
    ...(skipsDeleted && { skipDeleted: true }),
  };
}

type Changes = Omit<ClientInput<'bindings.update'>, 'environment' | 'id' | 'expectedVersion'>;

/** The differences from an existing binding. */
export function changesOf(draft: Draft, binding: BindingView): Changes {
  const before = draftOf(binding);
  const isNew = (field: keyof Draft): boolean => draft[field] !== before[field];
  const renames = isNew('prefix') || isNew('map');
  return {
    ...(isNew('scope') ? { scope: draft.scope } : {}),
    ...(isNew('priority') ? { priority: Number(draft.priority) } : {}),
    ...(isNew('host') ? { host: draft.host === '' ? '**' : draft.host } : {}),
    ...(renames ? (draft.map.trim() === '' ? { prefix: draft.prefix } : { map: pairsOf(draft.map) }) : {}),
    ...(isNew('skipsDeleted') ? { skipDeleted: draft.skipsDeleted } : {}),
  };
}

/** Both versions of what two people have changed. */
export function comparison(stored: BindingView, draft: Draft): Record<string, { theirs: string; yours: string }> {
  const theirs = draftOf(stored);
  const shown = (one: Draft, field: keyof Draft): string => String(one[field]).replaceAll('\n', ', ');
  const names: Readonly<Record<string, keyof Draft>> = {
    'Scope or pattern': 'scope',
    Priority: 'priority',
    Hosts: 'host',
    Prefix: 'prefix',
    Map: 'map',
    'Skip what is deleted': 'skipsDeleted',
  };
  return Object.fromEntries(
    Object.entries(names).map(([name, field]) => [name, { theirs: shown(theirs, field), yours: shown(draft, field) }]),
  );
}

function linesOf(map: string): readonly string[] {
  return map.split('\n').filter((line) => line.trim() !== '');
}

function pairsOf(map: string): Record<string, string> {
  return Object.fromEntries(
    linesOf(map).map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()]),
  );
}
