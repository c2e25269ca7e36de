import { operations } from 'virtual:operations';
import type { ClientInput, OperationId } from '../../api/registry.ts';

type Words = readonly string[];
/** As much of an input as is known yet. */
type Known<Id extends OperationId> = { readonly [Name in keyof ClientInput<Id>]?: ClientInput<Id>[Name] | undefined };
type Arguments = { readonly [Id in OperationId]?: (input: Known<Id>) => Words };

const flag = (name: string, value: unknown): Words =>
  value === undefined || value === '' ? [] : [name, String(value)];
const flags = (name: string, values: readonly unknown[] | undefined): Words =>
  (values ?? []).flatMap((value) => flag(name, value));
const words = (...values: readonly (string | undefined)[]): Words => values.map((value) => value ?? '…');
const pairs = (name: string, values: Readonly<Record<string, unknown>> | undefined): Words =>
  flags(
    name,
    Object.entries(values ?? {}).map(([key, value]) => `${key}=${String(value)}`),
  );
const inScope = ({ scope, key }: { scope?: string | undefined; key?: string | undefined }): Words => [
  '--scope',
  scope ?? '…',
  key ?? '…',
];
const binding = (input: Known<'bindings.update'>): Words => [
  ...flag('--scope', input.scope),
  ...flag('--priority', input.priority),
  ...flag('--prefix', input.prefix),
  ...pairs('--map', input.map),
  ...flag('--host', input.host),
];
const settings = (input: Known<'backends.update'>): Words => [
  ...pairs('--set', input.settings),
  ...flags('--secret', Object.keys(input.secretSettings ?? {})),
  ...flags('--unset', input.unset),
];

/** How each command takes what its operation takes; the command itself stands in the registry. */
const byOperation: Arguments = {
  'environments.create': ({ name, bind }) => [...words(name), ...flags('--bind', bind)],
  'environments.show': ({ environment }) => words(environment),
  'environments.delete': ({ environment }) => words(environment),
  'bindings.add': ({ environment, skipDeleted, ...rest }) => [
    ...words(environment),
    ...binding(rest),
    ...(skipDeleted === true ? ['--skip-deleted'] : []),
  ],
  'bindings.update': ({ environment, id, skipDeleted, ...rest }) => [
    ...words(environment, id),
    ...binding(rest),
    ...flag('--skip-deleted', skipDeleted),
  ],
  'bindings.remove': ({ environment, id }) => words(environment, id),
  'secrets.set': inScope,
  'secrets.declare': inScope,
  'secrets.delete': inScope,
  'secrets.versions': inScope,
  'secrets.restore': ({ version, ...place }) => [...inScope(place), ...(version === undefined ? [] : [version])],
  'secrets.list': ({ scope }) => flag('--scope', scope),
  'scopes.create': ({ scope }) => words(scope),
  'scopes.delete': ({ scope }) => words(scope),
  'scopes.rename': ({ from, to }) => words(from, to),
  'scopes.list': ({ backend }) => flag('--backend', backend),
  'variables.set': ({ environment, name, locked }) => [
    '--environment',
    ...words(environment, name),
    ...(locked === undefined ? [] : [locked ? '--locked' : '--unlock']),
  ],
  'variables.delete': ({ environment, name }) => ['--environment', ...words(environment, name)],
  'variables.list': ({ environment }) => flag('--environment', environment),
  'backends.add': ({ name, type, ...rest }) => [...words(name), ...flag('--type', type), ...settings(rest)],
  'backends.update': ({ name, ...rest }) => [...words(name), ...settings(rest)],
  'backends.remove': ({ name }) => words(name),
  'backends.test': ({ name }) => words(name),
  'backends.show': ({ name }) => words(name),
  'resolution.explain': ({ environment, key }) => ['--environment', ...words(environment, key)],
  'resolution.check': ({ environment }) => flag('--environment', environment),
  'resolution.catalogue': ({ environment }) => flag('--environment', environment),
  'tokens.create': ({ name, role, scopes, environments, lifetimeMs }) => [
    ...words(name),
    ...flag('--role', role),
    ...flags('--scope', scopes),
    ...flags('--environment', environments),
    ...(lifetimeMs === undefined ? [] : ['--lifetime', `${Math.round(lifetimeMs / 1_000)}s`]),
  ],
  'tokens.revoke': ({ id }) => words(id),
  'audit.acknowledge': ({ reason }) => flag('--reason', reason),
};

/** The whole command that does the same, ready for a shell; a value is never part of it. */
export function commandLine<Id extends OperationId>(
  organization: string,
  id: Id,
  input: Known<Id>,
  more: Words = [],
): string {
  const own: Arguments[Id] = byOperation[id];
  return [
    ...(operations[id].command ?? '').split(' '),
    ...(organization === 'default' ? [] : ['--org', organization]),
    ...(own?.(input) ?? []),
    ...more,
  ]
    .map(quoted)
    .join(' ');
}

/** As a POSIX shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
