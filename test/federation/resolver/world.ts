import {
  failureCodes,
  isFailureCode,
  parseScopePath,
  SecretValue,
  unknown,
  found,
  absent,
  type FailureCode,
  type ReadOutcome,
  type ScopePath,
  type SecretDescriptor,
  type SecretRef,
} from '@kici-dev/secret-backend';
import {
  buildCatalogue,
  compileBindings,
  freezeCatalogue,
  parseBinding,
  planListings,
  planReads,
  settleReads,
  type BackendTraits,
  type Binding,
  type BindingInput,
  type Catalogue,
  type CompiledBindings,
  type FrozenCatalogue,
  type JobFacts,
  type Listing,
  type Resolution,
} from '@kici-dev/secret-federation';
import * as fc from 'fast-check';

/** For suites of many runs, whose duration depends on the machine. */
export const propertyTest = { timeout: 120_000 };

/** A store as it is, and which part of it its lists do not show yet. */
export interface Store {
  readonly traits: BackendTraits;
  readonly secrets: readonly (SecretDescriptor & { readonly hidden?: boolean })[];
}

export interface World {
  readonly bindings: readonly BindingInput[];
  readonly stores: readonly Store[];
}

export const backends = ['a', 'b', 'internal'] as const;
export const keys = ['K', 'L', 'DB_K', '__proto__', 'toString', 'constructor', 'not a key'];
export const scopes = ['p', 'p/q', 'p/q/r', 'p/s', 'pq', 'x/p', '__p', '__p/q', 'toString', '__proto__', 'p/__q'];
const patterns = [
  'p',
  'p/q',
  'p/q/r',
  'p/s',
  'toString',
  '**',
  '*',
  'p/**',
  'p/*',
  '**/q',
  'p?',
  'p/[qs]',
  'p/[!q]',
  '*/*',
  'p/**/r',
  'constructor',
  '?*',
  '_*',
  '__*/**'.slice(1),
];
const maps = [
  { K: 'L' },
  { 'not a key': 'K', L: 'L' },
  JSON.parse('{"__proto__":"K"}'),
  { K: 'K', L: 'K' },
  { toString: 'toString' },
];

const bindingArb = (id: number): fc.Arbitrary<BindingInput> =>
  fc
    .record({
      id: fc.constant(`b${id}`),
      scope: fc
        .tuple(fc.constantFrom(...backends, '*'), fc.constantFrom(...patterns))
        .map(([backend, pattern]) => `${backend}:${pattern}`),
      host: fc.constantFrom(undefined, '**', '*', 'h1', 'h*', 'h[12]', 'other'),
      priority: fc.constantFrom(undefined, 0, 1, -1),
      rename: fc.constantFrom({}, {}, {}, { prefix: 'DB_' }, ...maps.map((map) => ({ map }))),
    })
    .map(({ rename, ...input }) => ({ ...input, ...rename }));

const secretArb = fc
  .record({
    scope: fc.constantFrom(...scopes).map(path),
    key: fc.constantFrom(...keys),
    version: fc.constantFrom('1', '2'),
    flag: fc.constantFrom('', '', '', '', 'declared', 'problem', 'hidden'),
  })
  .map(({ flag, ...place }) => ({
    ...place,
    ...(flag === 'declared' && { declaredOnly: true as const }),
    ...(flag === 'problem' && { problem: 'ambiguous' as const }),
    ...(flag === 'hidden' && { hidden: true }),
  }));

const storeArb = (name: string): fc.Arbitrary<Store> =>
  fc
    .record({
      traits: fc.record({
        name: fc.constant(name),
        optional: fc.boolean(),
        listConsistency: fc.constantFrom('strong', 'eventual'),
      }),
      secrets: fc.uniqueArray(secretArb, { selector: ({ scope, key }) => `${scope} ${key}`, maxLength: 8 }),
    })
    .map(({ traits, secrets }) => ({
      traits,
      secrets: secrets.map((secret) => ({
        ...secret,
        hidden: secret.hidden === true && traits.listConsistency === 'eventual',
      })),
    }));

export const worldArb: fc.Arbitrary<World> = fc.record({
  bindings: fc
    .integer({ min: 1, max: 6 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, id) => bindingArb(id)))),
  stores: fc.tuple(...backends.map(storeArb)),
});

export const facts: JobFacts = { agentId: 'agent-1', host: 'h1', labels: { zone: 'p' } };
export const asked = [
  'K',
  'L',
  'DB_K',
  'DB_L',
  'toString',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'not a key',
  'NOWHERE',
];

export function path(text: string): ScopePath {
  const parsed = parseScopePath(text);
  if (!parsed.ok) throw new TypeError(parsed.reason);
  return parsed.value;
}

export function parse(inputs: readonly BindingInput[]): Binding[] {
  return inputs.map((input) => {
    const parsed = parseBinding(input);
    if (!parsed.ok) throw new TypeError(parsed.reason);
    return parsed.value;
  });
}

/** What fails in the world: whole backends, folders of them, and single reads. */
export interface Outage {
  readonly backends: ReadonlyMap<string, FailureCode>;
  readonly folders: readonly { readonly backend: string; readonly scope: ScopePath; readonly code: FailureCode }[];
  readonly reads: ReadonlyMap<string, FailureCode>;
  readonly deletions?: readonly Deletion[];
}

/** A scope whose secrets all have a state that the service reports. */
export interface Deletion {
  readonly backend: string;
  readonly scope: ScopePath;
  readonly code: FailureCode;
  /** The keys that the service can still name. */
  readonly names: 'all' | 'none' | 'some';
}

export const deletionsArb = (codes: readonly FailureCode[]): fc.Arbitrary<readonly Deletion[]> =>
  fc.uniqueArray(
    fc.record({
      backend: fc.constantFrom(...backends),
      scope: fc.constantFrom(...scopes).map(path),
      code: fc.constantFrom(...codes),
      names: fc.constantFrom('all', 'none', 'some'),
    }),
    { selector: ({ backend, scope }) => `${backend} ${scope}`, minLength: 1, maxLength: 3 },
  );

export const noOutage: Outage = { backends: new Map(), folders: [], reads: new Map() };
const everyCode = Object.keys(failureCodes).filter(isFailureCode);

function outageOf(codes: readonly FailureCode[]): fc.Arbitrary<Outage> {
  const codeArb = fc.constantFrom(...codes);
  return fc.record({
    backends: fc
      .array(fc.tuple(fc.constantFrom(...backends), codeArb), { maxLength: 2 })
      .map((pairs) => new Map<string, FailureCode>(pairs)),
    folders: fc.array(
      fc.record({ backend: fc.constantFrom(...backends), scope: fc.constantFrom(...scopes).map(path), code: codeArb }),
      { maxLength: 3 },
    ),
    reads: fc
      .array(
        fc.tuple(
          fc
            .tuple(fc.constantFrom(...backends), fc.constantFrom(...scopes), fc.constantFrom(...keys))
            .map((place) => JSON.stringify(place)),
          codeArb,
        ),
        { maxLength: 4 },
      )
      .map((pairs) => new Map(pairs)),
  });
}

export const outageArb = outageOf(everyCode);
export const outageWithoutDeletionsArb = outageOf(
  everyCode.filter((code) => !['deleted', 'destroyed', 'scheduled_for_deletion'].includes(code)),
);

export interface Resolved {
  readonly compiled: CompiledBindings;
  readonly listings: readonly Listing[];
  readonly catalogue: Catalogue;
  readonly frozen: FrozenCatalogue;
}

export function resolveWorld(world: World, outage = noOutage): Resolved {
  const compiled = compileBindings(parse(world.bindings), facts);
  const listings = listWorld(world, compiled, outage);
  const catalogue = buildCatalogue(
    compiled,
    world.stores.map(({ traits }) => traits),
    listings,
  );
  // As a job keeps it: through JSON.
  return { compiled, listings, catalogue, frozen: JSON.parse(JSON.stringify(freezeCatalogue(catalogue))) };
}

function listWorld({ stores }: World, compiled: CompiledBindings, outage: Outage): Listing[] {
  return planListings(
    compiled,
    stores.map(({ traits }) => traits),
  ).map((request): Listing => {
    const { backend, query } = request;
    const nothing = { ...request, secrets: [], unlisted: [], unnameable: [] };
    const failure = outage.backends.get(backend);
    if (failure !== undefined) return { ...nothing, failure };
    const inQuery = (scope: string): boolean =>
      query.scope === undefined ||
      scope === query.scope ||
      (query.depth === 'tree' && scope.startsWith(`${query.scope}/`));
    const denied = outage.folders.filter(
      (folder) =>
        folder.backend === backend && (inQuery(folder.scope) || (query.scope ?? '').startsWith(`${folder.scope}/`)),
    );
    const whole = denied.find(
      ({ scope }) => query.scope !== undefined && (query.scope === scope || query.scope.startsWith(`${scope}/`)),
    );
    if (whole !== undefined) return { ...nothing, failure: whole.code };
    const secrets = stores.find(({ traits }) => traits.name === backend)?.secrets ?? [];
    const shown = secrets.filter(
      ({ scope, hidden }) =>
        hidden !== true &&
        inQuery(scope) &&
        !denied.some((folder) => scope === folder.scope || scope.startsWith(`${folder.scope}/`)),
    );
    const deletions = (outage.deletions ?? []).filter((one) => one.backend === backend && inQuery(one.scope));
    return {
      ...nothing,
      secrets: shown.flatMap((secret, index) => {
        const deletion = deletions.find(({ scope }) => scope === secret.scope);
        if (deletion === undefined) return [{ ...secret, hidden: undefined }];
        const isNamed = deletion.names === 'all' || (deletion.names === 'some' && index % 2 === 0);
        return isNamed ? [{ scope: secret.scope, key: secret.key, problem: deletion.code, hidden: undefined }] : [];
      }),
      unlisted: [
        ...denied.map(({ scope, code }) => ({ scope, code })),
        ...deletions
          .filter(({ names }) => names !== 'all')
          .map(({ scope, code }) => ({ scope, depth: 'scope' as const, code })),
      ],
    };
  });
}

/** A value names its place. */
export function readWorld({ stores }: World, backend: string, ref: SecretRef, outage = noOutage): ReadOutcome {
  const code = outage.backends.get(backend) ?? outage.reads.get(JSON.stringify([backend, ref.scope, ref.key]));
  if (code !== undefined) return unknown(code);
  const deletion = outage.deletions?.find((one) => one.backend === backend && one.scope === ref.scope);
  const secret = stores
    .find(({ traits }) => traits.name === backend)
    ?.secrets.find(({ scope, key }) => scope === ref.scope && key === ref.key);
  if (deletion !== undefined && (secret !== undefined || deletion.names !== 'all')) return unknown(deletion.code);
  if (secret === undefined) return absent;
  if (secret.problem !== undefined) return unknown(secret.problem);
  return secret.declaredOnly === true
    ? unknown('no_version')
    : found(SecretValue.fromText(`${backend}:${ref.scope} ${ref.key}`));
}

export function getAll(
  world: World,
  frozen: FrozenCatalogue,
  outage = noOutage,
  wanted: readonly string[] = asked,
): ReadonlyMap<string, Resolution> {
  const plan = planReads(frozen, wanted);
  return settleReads(
    plan,
    new Map(
      [...plan.calls].map(([backend, refs]) => [
        backend,
        refs.map((ref) => ({ outcome: readWorld(world, backend, ref, outage) })),
      ]),
    ),
  );
}

/** A resolution as comparable text. */
export function tell(resolution: Resolution | undefined): string {
  if (resolution === undefined) return 'nothing';
  return resolution.status === 'found' ? `found ${resolution.value.text()}` : JSON.stringify(resolution);
}
