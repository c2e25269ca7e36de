import {
  BackendError,
  nearMatches,
  parseBackendName,
  whyOf,
  type BackendHost,
  type CallContext,
  type SecretBackend,
  type SecretValue,
} from '@kici-dev/secret-backend';
import { Redactor } from './host/answers/redact.ts';
import { hostAdapter } from './host/open-backend.ts';
import type { HostedBackend } from './host/hosted-backend.ts';
import { defaultHostPolicy } from './host/policy.ts';
import { everyBackend, parseBinding, type BindingInput } from './resolver/binding.ts';
import { mergeInTurns } from './merge-in-turns.ts';
import { keysOfBlocks, type Catalogue, type Entry } from './resolver/catalogue.ts';
import { compileBindings, type CompiledBindings, type JobFacts } from './resolver/compile.ts';
import { catalogueUnavailable, notFound, notSet, unavailable } from './resolver/resolver-error.ts';
import { explain, type Explanation } from './resolver/explain.ts';
import { freezeCatalogue } from './resolver/frozen-catalogue.ts';
import { planListings, type BackendTraits, type Listing, type ListingRequest } from './resolver/listing.ts';
import { planReads, settleReads, type Resolution } from './resolver/reads.ts';
import { unavailableParts, type UnavailablePart } from './resolver/unavailable.ts';

export interface ResolverOptions {
  readonly bindings: readonly Omit<BindingInput, 'id'>[];
  /** By the names that bindings use. The caller closes them. */
  readonly backends: Readonly<Record<string, { readonly backend: SecretBackend; readonly optional?: boolean }>>;
  readonly facts?: JobFacts;
  /** Milliseconds for one call to a backend, retries included; default 10,000. */
  readonly timeoutMs?: number;
  /** Called with the backend's name when it breaks the contract; receives names and codes, never values. */
  readonly log?: BackendHost['log'];
}

export interface ResolverMeta {
  readonly backend: string;
  readonly scope: string;
  readonly version?: string;
}

/** Secrets of many backends as one set of keys, for your own programs: no server, database or agent. */
export interface Resolver {
  readonly catalogue: Catalogue;
  /** @throws ResolverError */
  get(key: string): Promise<SecretValue>;
  has(key: string): boolean;
  list(): string[];
  /** What could not be listed of the optional backends, and what is deleted without revealing its keys. */
  unavailable(): readonly UnavailablePart[];
  getMeta(key: string): ResolverMeta | undefined;
  explain(key: string): Explanation;
}

/**
 * Lists what the bindings select and fixes the winner of each key.
 * @throws RangeError if a binding or backend name is malformed, or a binding names no backend; ResolverError
 * `catalogue_unavailable` if the names of a required backend cannot be listed
 */
export async function createResolver(options: ResolverOptions): Promise<Resolver> {
  const timeoutMs = options.timeoutMs ?? defaultHostPolicy.deadlineMs;
  const backends = new Map(
    Object.entries(options.backends).map(([name, { backend }]) => [
      name,
      hostBackend(name, backend, timeoutMs, options.log),
    ]),
  );
  const bindings = compileBindings(
    options.bindings.map((input, index) => parseInput(input, index, backends)),
    options.facts,
  );
  const traits = Object.entries(options.backends).map(([name, { backend, optional }]): BackendTraits => ({
    name,
    optional: optional === true,
    listConsistency: backend.capabilities.listConsistency,
  }));
  const catalogue = await mergeInTurns(bindings, traits, await listAll(bindings, traits, backends, timeoutMs));
  const [failure] = catalogue.failures;
  if (failure !== undefined) throw catalogueUnavailable(failure.backend, failure);
  const frozen = freezeCatalogue(catalogue);
  const unlisted = keysOfBlocks(catalogue);

  async function resolve(keys: ReadonlySet<string>): Promise<ReadonlyMap<string, Resolution>> {
    const plan = planReads(frozen, keys);
    const outcomes = await Promise.all(
      [...plan.calls].map(
        async ([name, refs]) => [name, (await backends.get(name)?.readAged(refs, within(timeoutMs))) ?? []] as const,
      ),
    );
    return settleReads(plan, new Map(outcomes));
  }
  const resolveTogether = batching(resolve);

  return {
    catalogue,
    has: (key) => {
      const entry = catalogue.entries.get(key);
      return entry === undefined ? unlisted.has(key) : isListed(entry);
    },
    list: () =>
      [...[...catalogue.entries.values()].filter(isListed).map(({ key }) => key), ...unlisted.keys()].toSorted(),
    unavailable: () => unavailableParts(catalogue.blocks),
    getMeta: (key) => {
      const winner = catalogue.entries.get(key)?.winner;
      return winner === undefined
        ? undefined
        : {
            backend: winner.backend,
            scope: winner.scope,
            ...(winner.version !== undefined && { version: winner.version }),
          };
    },
    explain: (key) => explain(catalogue, key),
    async get(key) {
      const resolution = (await resolveTogether(key)).get(key) ?? { status: 'not_found' };
      switch (resolution.status) {
        case 'found':
          return resolution.value;
        case 'unavailable':
          throw unavailable(key, resolution.backend, resolution.scope, resolution);
        case 'declared':
          throw notSet(key, resolution.backend, resolution.scope);
        case 'not_found':
          throw notFound(key, nearMatches(key, catalogue.entries.keys()));
      }
    },
  };
}

/** Whether the key counts as there: it has a value, or may have one that is unavailable at present. */
function isListed(entry: Entry): boolean {
  return entry.status !== 'declared' && !entry.gone;
}

/** Resolves keys that are requested in one turn of the event loop together. */
function batching<T>(resolve: (keys: ReadonlySet<string>) => Promise<T>): (key: string) => Promise<T> {
  let batch: { readonly keys: Set<string>; readonly answer: Promise<T> } | undefined;
  return (key) => {
    if (batch === undefined) {
      const keys = new Set<string>();
      const turn = new Promise<void>((done) => {
        setImmediate(done);
      });
      batch = {
        keys,
        answer: turn.then(() => {
          batch = undefined;
          return resolve(keys);
        }),
      };
    }
    batch.keys.add(key);
    return batch.answer;
  };
}

function parseInput(
  input: Omit<BindingInput, 'id'>,
  index: number,
  backends: ReadonlyMap<string, unknown>,
): Parameters<typeof compileBindings>[0][number] {
  const parsed = parseBinding({ ...input, id: String(index + 1) });
  if (!parsed.ok) throw new RangeError(`binding ${index + 1}: ${parsed.reason}`);
  const { backend } = parsed.value;
  if (backend !== everyBackend && !backends.has(backend))
    throw new RangeError(`binding ${index + 1}: there is no backend ${backend}; give it, or correct the binding`);
  return parsed.value;
}

/** Names are listed once and values are read when requested, so nothing is cached. */
function hostBackend(
  name: string,
  backend: SecretBackend,
  deadlineMs: number,
  log: BackendHost['log'] = () => undefined,
): HostedBackend {
  const parsed = parseBackendName(name);
  if (!parsed.ok) throw new RangeError(parsed.reason);
  return hostAdapter(
    { type: name, capabilities: backend.capabilities, create: () => backend },
    new Redactor([], new Set()),
    { organization: '', name, log: (level, message, fields) => log(level, message, { backend: name, ...fields }) },
    { ...defaultHostPolicy, deadlineMs, namesMaxAgeMs: 0 },
  );
}

function within(timeoutMs: number): CallContext {
  return { signal: AbortSignal.timeout(timeoutMs), deadline: Date.now() + timeoutMs };
}

function listAll(
  bindings: CompiledBindings,
  traits: readonly BackendTraits[],
  backends: ReadonlyMap<string, HostedBackend>,
  timeoutMs: number,
): Promise<Listing[]> {
  return Promise.all(
    planListings(bindings, traits).flatMap((request) => {
      const backend = backends.get(request.backend);
      return backend === undefined ? [] : [listOne(backend, request, within(timeoutMs))];
    }),
  );
}

async function listOne(backend: HostedBackend, request: ListingRequest, context: CallContext): Promise<Listing> {
  try {
    const { secrets, unlisted, unnameable } = await backend.listAged(request.query, context);
    return { ...request, secrets, unlisted, unnameable };
  } catch (error) {
    return {
      ...request,
      secrets: [],
      unlisted: [],
      unnameable: [],
      ...(BackendError.is(error) ? { failure: error.code, ...whyOf(error) } : { failure: 'server_error' }),
    };
  }
}
