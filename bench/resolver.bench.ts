import { performance } from 'node:perf_hooks';
import type { ScopePath, SecretDescriptor } from '@kici-dev/secret-backend';
import { parseScopePath } from '@kici-dev/secret-backend';
import { compileBindings, explain, followCatalogue, parseBinding, type Listing } from '@kici-dev/secret-federation';
import type { BenchRow } from './row.ts';

export const name = 'resolver';

const backends = ['a', 'b', 'c'].map((backend) => ({
  name: backend,
  optional: false,
  listConsistency: 'strong' as const,
}));

function scopeOf(index: number): ScopePath {
  const parsed = parseScopePath(`team${index % 10}/app${index % 97}/part${index % 3}`);
  if (!parsed.ok) throw new TypeError(parsed.reason);
  return parsed.value;
}

function makeListings(secrets: number): Listing[] {
  return backends.map(({ name: backend }, at) => ({
    backend,
    query: { depth: 'tree' },
    unlisted: [],
    unnameable: [],
    // Every key has candidates in two or three places.
    secrets: Array.from({ length: Math.floor(secrets / backends.length) }, (_, index): SecretDescriptor => ({
      scope: scopeOf(index * 7 + at),
      key: `KEY_${Math.floor(index / 2)}`,
      version: '1',
    })),
  }));
}

function makeBindings(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const team = index % 10;
    const scope =
      [
        `*:team${team}/**`,
        `a:team${team}/app${index % 97}/*`,
        `b:team${team}/app${index % 97}/part${index % 3}`,
        `*:*/app${index % 97}/part?`,
      ][index % 4] ?? '**';
    const parsed = parseBinding({ id: `b${index}`, scope, priority: index % 5 });
    if (!parsed.ok) throw new TypeError(parsed.reason);
    return parsed.value;
  });
}

function median(runs: number, work: () => unknown): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.toSorted((left, right) => left - right)[Math.floor(runs / 2)] ?? Number.NaN;
}

/** The least that any resolver must do: put the same descriptors into a map by key. */
function groupByKey(listings: readonly Listing[]): Map<string, SecretDescriptor[]> {
  const groups = new Map<string, SecretDescriptor[]>();
  for (const { secrets } of listings) {
    for (const secret of secrets) {
      const group = groups.get(secret.key);
      if (group === undefined) groups.set(secret.key, [secret]);
      else group.push(secret);
    }
  }
  return groups;
}

function measure(secrets: number, bindings: number, runs: number): BenchRow[] {
  const listings = makeListings(secrets);
  const parsed = makeBindings(bindings);
  const build = (): ReturnType<typeof followCatalogue> => followCatalogue(compileBindings(parsed), backends, listings);
  const baseline = 'grouping by key';
  const grouping = median(runs, () => groupByKey(listings));
  const live = build();
  const size = `${secrets.toLocaleString('en')} × ${bindings}`;
  const whole = median(runs, build);
  let version = 1;
  const change = median(200, () => {
    version += 1;
    const place = { scope: scopeOf(version * 7), key: `KEY_${version}` };
    live.change('a', place, { ...place, version: String(version) });
  });
  const keys = [...live.catalogue.entries.keys()];
  const lookUps = 1_000_000;
  const lookUp = median(5, () => {
    for (let index = 0; index < lookUps; index += 1) live.catalogue.entries.get(keys[index % keys.length] ?? '');
  });
  const explaining = median(200, () => explain(live.catalogue, keys[0] ?? ''));
  return [
    { what: `${size} from nothing`, value: whole, unit: 'ms', baseline, ratio: whole / grouping },
    { what: `${size}: one secret changes`, value: change, unit: 'ms', baseline: 'from nothing', ratio: change / whole },
    { what: `${size}: look-up of a key`, value: (lookUp * 1_000) / lookUps, unit: 'µs' },
    { what: `${size}: explain a key`, value: explaining * 1_000, unit: 'µs' },
  ];
}

export async function run(): Promise<readonly BenchRow[]> {
  return [...measure(10_000, 50, 21), ...measure(100_000, 100, 7)];
}
