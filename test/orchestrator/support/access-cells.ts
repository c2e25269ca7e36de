import type { OperationId } from '../../../src/api/registry.ts';
import type { Needs } from './narrowings.ts';

export interface Cell {
  readonly id: OperationId;
  readonly target: string;
  readonly input: Record<string, unknown>;
  readonly needs: Needs;
}

type Row = readonly [id: OperationId, target: string, input: Record<string, unknown>, needs: Needs];

const environments = ['mine', 'theirs', 'mine-unborn', 'unborn'];
const scopes = ['team/a', 'team/a/deep', 'team/b', 'corp:x'];
const globs = ['team/a/*', 'team/a/**', 'team/a/${host}', 'team/*', 'team/**', '**', 'corp:**', '*:team/a', '*:**'];

/** What `setUp` binds. */
const boundIn: Readonly<Record<string, readonly string[]>> = { mine: ['team/a', 'team/b'], theirs: ['team/b'] };

/** The bindings of `mine`, by the scope that they bind. */
type Bound = Readonly<Record<'team/a' | 'team/b', string>>;

/** Every operation of a token at each kind of place. */
export function cellsOf(bound: Bound): readonly Cell[] {
  return [
    ...environments.flatMap(inEnvironment),
    ...[...scopes, ...globs].flatMap((pattern) => binding(pattern, bound)),
    ...(['team/a', 'team/b'] as const).flatMap((scope) => changing(scope, bound)),
    ...scopes.flatMap(inScope),
    ...elsewhere,
  ].map(([id, target, input, needs]) => ({ id, target, input, needs }));
}

function inEnvironment(environment: string): Row[] {
  const [view, own] = [{ view: environment }, { environment }];
  const job = { workflow: 'w', job: 'j', agentPublicKey: 'AAAA' };
  return [
    ['environments.create', environment, { name: environment }, own],
    ['environments.show', environment, { environment }, view],
    ['environments.delete', environment, { environment }, { ...own, scopes: boundIn[environment] ?? [] }],
    ['resolution.catalogue', environment, { environment }, view],
    ['resolution.explain', environment, { environment, key: 'NONE' }, view],
    ['resolution.check', environment, { environment }, view],
    ['jobs.open', environment, { environment, ...job }, view],
    ['values.get', environment, { environment, key: 'NONE' }, view],
    ['values.getMany', environment, { environment, keys: 'NONE' }, view],
    ['variables.list', environment, { environment }, own],
    ['variables.set', environment, { environment, name: 'PLAIN', value: 'v' }, own],
    ['variables.set', `${environment}, lock`, { environment, name: 'LOCKED', value: 'v', locked: true }, own],
    ['variables.set', `${environment}, unlock`, { environment, name: 'LOCKED', value: 'v', locked: false }, own],
    ['variables.delete', environment, { environment, name: 'PLAIN' }, own],
  ];
}

function binding(scope: string, bound: Bound): Row[] {
  return [
    ...environments.flatMap((environment): Row[] => [
      [
        'bindings.add',
        `${scope} in ${environment}`,
        { environment, scope, priority: 1_000 },
        { environment, scopes: [scope] },
      ],
      [
        'environments.create',
        `${environment} with ${scope}`,
        { name: environment, bind: [scope] },
        { environment, scopes: [scope] },
      ],
    ]),
    ...(['team/a', 'team/b'] as const).flatMap((from): Row[] => {
      const input = { environment: 'mine', id: bound[from], scope };
      return [
        ['bindings.update', `${from} to ${scope}`, input, { environment: 'mine', scopes: [from, scope] }],
        ['resolution.preview', `${from} to ${scope}`, input, { view: 'mine', scopes: [from, scope] }],
      ];
    }),
  ];
}

function changing(scope: 'team/a' | 'team/b', bound: Bound): Row[] {
  const at = { environment: 'mine', id: bound[scope] };
  const needs = { environment: 'mine', scopes: [scope] };
  return [
    ['bindings.update', `priority of ${scope}`, { ...at, priority: 9 }, needs],
    ['bindings.update', `map of ${scope}`, { ...at, map: { K: 'OTHER' } }, needs],
    ['bindings.update', `prefix of ${scope}`, { ...at, prefix: 'P_' }, needs],
    ['bindings.update', `host of ${scope}`, { ...at, host: 'h' }, needs],
    ['bindings.remove', scope, at, needs],
    ['resolution.preview', `removal of ${scope}`, { ...at, remove: 'true' }, { view: 'mine', scopes: [scope] }],
  ];
}

function inScope(scope: string): Row[] {
  const needs = { scopes: [scope] };
  return [
    ['secrets.set', scope, { scope, key: 'K', value: 'dg==' }, needs],
    ['secrets.declare', scope, { scope, key: 'K' }, needs],
    ['secrets.list', scope, { scope }, needs],
    ['secrets.list', `${scope} and below`, { scope, tree: 'true' }, { touching: scope }],
    ['secrets.delete', scope, { scope, key: 'K' }, needs],
    ['secrets.versions', scope, { scope, key: 'K' }, needs],
    ['secrets.restore', scope, { scope, key: 'K', version: '1' }, needs],
    ['scopes.create', scope, { scope }, needs],
    ['scopes.delete', scope, { scope }, needs],
    ...scopes.map((to): Row => ['scopes.rename', `${scope} to ${to}`, { from: scope, to }, { scopes: [scope, to] }]),
  ];
}

/** A binding moves along, which requires its environment too, unless the binding stays. */
function renamed(from: string, to: string, environment: string | undefined): Row[] {
  const scopesOnly = { scopes: [from, to] };
  const needs = environment === undefined ? scopesOnly : { ...scopesOnly, environment };
  return [
    ['scopes.rename', `${from} to ${to}, with bindings`, { from, to }, needs],
    ['scopes.rename', `${from} to ${to}, rehearsed`, { from, to, dryRun: true }, needs],
    ['scopes.rename', `${from} to ${to}, without bindings`, { from, to, keepBindings: true }, scopesOnly],
  ];
}

const elsewhere: readonly Row[] = [
  ['environments.list', 'all', {}, {}],
  ['resolution.grid', 'all', {}, {}],
  ['secrets.list', 'team and below', { scope: 'team', tree: 'true' }, { touching: 'team' }],
  ['secrets.list', 'all of internal', { backend: 'internal' }, { touching: 'internal' }],
  ['secrets.list', 'all of corp', { backend: 'corp' }, { touching: 'corp' }],
  ...renamed('team/a', 'team/a/none', 'mine'),
  ...renamed('team/a', 'team/b/none', 'mine'),
  ...renamed('team/b', 'team/b/none', 'theirs'),
  ...renamed('team/a/deep', 'team/a/none', undefined),
  ['scopes.list', 'internal', {}, { touching: 'internal' }],
  ['scopes.list', 'corp', { backend: 'corp' }, { touching: 'corp' }],
  ['backends.types', 'all', {}, {}],
  ['backends.list', 'all', {}, { anyScopes: true }],
  ['backends.show', 'internal', { name: 'internal' }, { scopes: ['internal:**'] }],
  ['backends.show', 'corp', { name: 'corp' }, { scopes: ['corp:**'] }],
  ['backends.test', 'corp', { name: 'corp' }, { scopes: ['corp:**'] }],
  ['backends.add', 'new', { name: 'new', type: 'nothing' }, { organization: true }],
  ['backends.update', 'corp', { name: 'corp', optional: false }, { organization: true }],
  ['backends.remove', 'corp', { name: 'corp' }, { organization: true }],
  ['organizations.create', 'default', { name: 'default' }, { everyOrganization: true }],
  ['organizations.list', 'all', {}, { organization: true }],
  ['jobs.list', 'all', {}, { organization: true }],
  ['audit.list', 'all', { limit: 1 }, { organization: true }],
  ['audit.verify', 'all', {}, { organization: true }],
  ['audit.checkpoint', 'all', {}, { organization: true }],
  ['audit.cut', 'nothing', { before: '2020-01-01T00:00:00Z' }, { organization: true }],
  ['tokens.list', 'all', {}, {}],
];
