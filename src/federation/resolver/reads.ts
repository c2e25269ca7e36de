import {
  hintOf,
  parseScopePath,
  whyOf,
  type Failure,
  type ReadOutcome,
  type SecretRef,
  type SecretValue,
} from '@kici-dev/secret-backend';
import { couldSupply } from './blocks.ts';
import type { Unavailability } from './catalogue.ts';
import { thawRank, thawRename, type FrozenCatalogue, type FrozenEntry } from './frozen-catalogue.ts';
import { decide, type Ranked } from './rank.ts';
import { sourceKeysOf } from './rename.ts';
import { isDeletion } from './states.ts';

/** The result of requesting a key. */
export type Resolution =
  | {
      readonly status: 'found';
      readonly value: SecretValue;
      readonly backend: string;
      readonly scope: string;
      readonly version?: string;
      readonly ageMs?: number;
    }
  /** Whether it has a value is unknown: nothing else is served in its place. */
  | (Unavailability & { readonly status: 'unavailable'; readonly hint: string })
  /** The name is declared, but nobody has set a value. */
  | { readonly status: 'declared'; readonly backend: string; readonly scope: string }
  | { readonly status: 'not_found' };

/** An outcome, and the age of its value if a cache served it. */
export interface AgedOutcome {
  readonly outcome: ReadOutcome;
  readonly ageMs?: number;
}

interface Step {
  /** Of the secret, among all backends. */
  readonly id: string;
  readonly backend: string;
  readonly ref: SecretRef;
  /** True for the catalogue's winner; the other steps are probes that outrank it. */
  readonly isWinner: boolean;
  readonly skipDeleted: boolean;
}

type KeyPlan =
  | { readonly kind: 'settled'; readonly resolution: Resolution }
  | { readonly kind: 'read'; readonly steps: readonly Step[]; readonly otherwise: Resolution };

export interface ReadPlan {
  readonly keys: ReadonlyMap<string, KeyPlan>;
  /** One call per backend; no secret twice. */
  readonly calls: ReadonlyMap<string, readonly SecretRef[]>;
}

/** Exactly what must be read for these keys. */
export function planReads(catalogue: FrozenCatalogue, keys: Iterable<string>): ReadPlan {
  const plans = new Map<string, KeyPlan>();
  const calls = new Map<string, SecretRef[]>();
  const planned = new Set<string>();
  for (const key of keys) {
    const plan = planOf(catalogue, key);
    plans.set(key, plan);
    if (plan.kind === 'settled') continue;
    for (const { id, backend, ref } of plan.steps) {
      if (planned.has(id)) continue;
      planned.add(id);
      const refs = calls.get(backend);
      if (refs === undefined) calls.set(backend, [ref]);
      else refs.push(ref);
    }
  }
  return { keys: plans, calls };
}

interface Index {
  readonly entries: ReadonlyMap<string, FrozenEntry>;
  /** Of those entries that somebody has asked for. */
  readonly plans: Map<string, KeyPlan>;
}

const indexes = new WeakMap<FrozenCatalogue, Index>();

/** Built once per catalogue: a job reads many times, and jobs that start at once share theirs. */
function indexOf(catalogue: FrozenCatalogue): Index {
  const known = indexes.get(catalogue);
  if (known !== undefined) return known;
  const made = { entries: new Map(catalogue.entries.map((entry) => [entry.key, entry])), plans: new Map() };
  indexes.set(catalogue, made);
  return made;
}

function planOf(catalogue: FrozenCatalogue, key: string): KeyPlan {
  const { entries, plans } = indexOf(catalogue);
  const known = plans.get(key);
  if (known !== undefined) return known;
  const entry = entries.get(key);
  const plan = planKey(catalogue, entry, key);
  if (entry !== undefined) plans.set(key, plan);
  return plan;
}

function planKey(catalogue: FrozenCatalogue, entry: FrozenEntry | undefined, key: string): KeyPlan {
  if (entry?.blockedBy !== undefined) return { kind: 'settled', resolution: blocked(entry.winner, entry.blockedBy) };
  const block =
    entry === undefined
      ? catalogue.blocks.find(({ rename }) => couldSupply({ rename: thawRename(rename) }, key))
      : undefined;
  if (block !== undefined) return { kind: 'settled', resolution: unavailable(block.backend, block.scope, block) };
  const winner = entry === undefined ? undefined : thawRank(entry.winner);
  const steps = probesAbove(catalogue, winner, key);
  if (entry?.status === 'available' && winner !== undefined)
    steps.push({ ...stepOf(winner), isWinner: true, skipDeleted: false });
  const otherwise: Resolution =
    entry?.status === 'declared'
      ? { status: 'declared', backend: entry.winner.backend, scope: entry.winner.scope }
      : { status: 'not_found' };
  return steps.length === 0 ? { kind: 'settled', resolution: otherwise } : { kind: 'read', steps, otherwise };
}

/** Scopes that a lagging list may have left out and that would outrank the winner, best first. */
function probesAbove(catalogue: FrozenCatalogue, winner: Ranked | undefined, key: string): Step[] {
  return catalogue.probes
    .flatMap(({ rename, skipDeleted = false, ...rank }) =>
      sourceKeysOf(thawRename(rename), key).map((sourceKey) => ({ ...thawRank({ ...rank, sourceKey }), skipDeleted })),
    )
    .filter((probe) => winner === undefined || (!samePlace(probe, winner) && decide(probe, winner).order < 0))
    .toSorted((left, right) => decide(left, right).order)
    .map((probe) => ({ ...stepOf(probe), isWinner: false, skipDeleted: probe.skipDeleted }));
}

function samePlace(left: Ranked, right: Ranked): boolean {
  return left.backend === right.backend && left.scope === right.scope && left.sourceKey === right.sourceKey;
}

function stepOf(place: Ranked): Pick<Step, 'id' | 'backend' | 'ref'> {
  const scope = parseScopePath(place.scope);
  if (!scope.ok) throw new TypeError(`a catalogue holds only valid scopes: ${scope.reason}`);
  const ref = { scope: scope.value, key: place.sourceKey };
  return { id: stepId(place.backend, ref), backend: place.backend, ref };
}

/** No name holds a line end. */
function stepId(backend: string, { scope, key }: SecretRef): string {
  return `${backend}\n${scope}\n${key}`;
}

/** @param outcomes for each backend of `plan.calls`, in the order of its refs */
export function settleReads(
  plan: ReadPlan,
  outcomes: ReadonlyMap<string, readonly AgedOutcome[]>,
): ReadonlyMap<string, Resolution> {
  const answers = new Map<string, AgedOutcome>();
  for (const [backend, refs] of plan.calls) {
    const answered = outcomes.get(backend);
    let index = 0;
    for (const ref of refs) {
      const answer = answered?.[index];
      index += 1;
      if (answer !== undefined) answers.set(stepId(backend, ref), answer);
    }
  }
  const settled = new Map<string, Resolution>();
  for (const [key, keyPlan] of plan.keys)
    settled.set(
      key,
      keyPlan.kind === 'settled' ? keyPlan.resolution : settleKey(keyPlan.steps, keyPlan.otherwise, answers),
    );
  return settled;
}

/** The first step with anything but a proven absence decides; lower ones are not served. */
function settleKey(
  steps: readonly Step[],
  otherwise: Resolution,
  answers: ReadonlyMap<string, AgedOutcome>,
): Resolution {
  for (const { id, backend, ref, isWinner, skipDeleted } of steps) {
    const answer = answers.get(id);
    if (answer === undefined) return unavailable(backend, ref.scope, { code: 'bad_answer' });
    const { outcome, ageMs } = answer;
    if (outcome.status === 'unknown' && skipDeleted && isDeletion(outcome.code)) continue;
    if (outcome.status === 'unknown') return unavailable(backend, ref.scope, outcome);
    if (outcome.status === 'found') {
      return {
        status: 'found',
        value: outcome.value,
        backend,
        scope: ref.scope,
        ...(outcome.version !== undefined && { version: outcome.version }),
        ...(ageMs !== undefined && { ageMs }),
      };
    }
    if (isWinner) return unavailable(backend, ref.scope, { code: 'vanished' });
  }
  return otherwise;
}

/** The failed backend need not be the one that has the key; then the message explains how they relate. */
function blocked(winner: FrozenEntry['winner'], by: NonNullable<FrozenEntry['blockedBy']>): Resolution {
  const { backend, scope } = by;
  if (backend === winner.backend && scope === winner.scope) return unavailable(backend, scope, by);
  const rest = `it ranks above ${winner.backend}:${winner.scope}, which has this key but is not served in its place`;
  return unavailable(backend, scope, by, `${hintOf(by)}; ${rest}`);
}

function unavailable(backend: string, scope: string, failure: Failure, hint: string = hintOf(failure)): Resolution {
  return { status: 'unavailable', backend, scope, code: failure.code, ...whyOf(failure), hint };
}
