import type { JobData } from '../../../agent/channel/to-agent.ts';
import type { ApiClient } from '../../../api/client.ts';
import { resolutionOperations } from '../../../api/operations/resolution.ts';
import { isPattern, isStated } from '../../../api/stated-keys.ts';

export type Verdict =
  | { readonly kind: 'available' }
  /** A job that asks for it fails. */
  | { readonly kind: 'missing' | 'unset' | 'not_stated' | 'no_environment'; readonly message: string }
  /** It cannot be determined now. */
  | { readonly kind: 'unavailable' | 'unknown'; readonly message: string };

/** Decides what an environment would answer for a key. */
export interface Judge {
  /** @throws ApiError */
  of(key: string, environment: string): Promise<Verdict>;
}

/** @throws ApiError */
export async function verdictOf(key: string, { name, environment, secrets }: JobData, judge: Judge): Promise<Verdict> {
  if (environment === undefined)
    return { kind: 'no_environment', message: `the job ${name} binds no environment, so it has no secret ${key}` };
  if (!isStated(secrets, key))
    return { kind: 'not_stated', message: `the job ${name} states its secrets, and ${key} is not one of them` };
  // A pattern may select nothing.
  return isPattern(key) ? { kind: 'available' } : judge.of(key, environment);
}

export function unset(key: string, environment: string): Verdict {
  return { kind: 'unset', message: `${key} is declared in the environment ${environment} and not set` };
}

export function unavailable(key: string, environment: string): Verdict {
  return {
    kind: 'unavailable',
    message: `it is not known right now whether the environment ${environment} has a secret ${key}, or what it is`,
  };
}

/** @param limits what could hide the key from a list */
export function notListed(
  key: string,
  environment: string,
  near: readonly string[],
  limits: readonly string[],
): Verdict {
  const message = `the environment ${environment} has no secret ${key}`;
  if (limits.length > 0) return { kind: 'unknown', message: `${message} that a list shows: ${limits.join('; ')}` };
  return { kind: 'missing', message: near.length === 0 ? message : `${message}; did you mean ${near.join(' or ')}?` };
}

type Known = ReadonlyMap<string, 'available' | 'declared' | 'unavailable'>;

/** Verdicts for the environments of jobs, each key requested once. */
export class Verdicts implements Judge {
  readonly #client: ApiClient;
  readonly #catalogues = new Map<string, Promise<Known>>();
  readonly #explained = new Map<string, Promise<Verdict>>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  async of(key: string, environment: string): Promise<Verdict> {
    const status = (await this.#catalogue(environment)).get(key);
    if (status === 'available') return { kind: 'available' };
    if (status === 'declared') return unset(key, environment);
    const id = JSON.stringify([environment, key]);
    const known = this.#explained.get(id) ?? this.#explain(environment, key);
    this.#explained.set(id, known);
    return known;
  }

  async #catalogue(environment: string): Promise<Known> {
    const known = this.#catalogues.get(environment) ?? this.#fetch(environment);
    this.#catalogues.set(environment, known);
    return known;
  }

  async #fetch(environment: string): Promise<Known> {
    const { secrets } = await this.#client.call(resolutionOperations['resolution.catalogue'], { environment });
    return new Map(secrets.map(({ key, status }) => [key, status]));
  }

  /** A list may lack existing keys: the answer for one key says what could hide it. */
  async #explain(environment: string, key: string): Promise<Verdict> {
    const { status, near, limits } = await this.#client.call(resolutionOperations['resolution.explain'], {
      environment,
      key,
    });
    if (status === 'available') return { kind: 'available' };
    return status === 'unavailable' ? unavailable(key, environment) : notListed(key, environment, near, limits);
  }
}
