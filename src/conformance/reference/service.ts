import type { ScopePath, SecretRef, SecretValue } from '@kici-dev/secret-backend';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from '../harness.ts';

type VersionState = 'live' | 'deleted' | 'destroyed' | 'disabled' | 'corrupt' | 'null';

export interface StoredVersion {
  readonly version: number;
  readonly value: SecretValue;
  readonly createdAt: number;
  state: VersionState;
}

/** A secret of the service: newest version last, none if only the name exists. */
export interface StoredSecret {
  readonly key: string;
  scope: ScopePath;
  readonly versions: StoredVersion[];
  denied: boolean;
  scheduled: boolean;
  hidden: boolean;
}

/** A failed request, as the service would report it. */
export class ServiceFault extends Error {
  readonly fault: Exclude<Fault, 'delay' | 'hang' | 'partial_batch'>;

  constructor(fault: ServiceFault['fault']) {
    super(fault);
    this.fault = fault;
  }
}

/** An in-memory secret service, with a switch for everything that can go wrong. */
export class MemoryService {
  readonly secrets = new Map<string, StoredSecret>();
  readonly scopes = new Set<ScopePath>();
  readonly deniedLists = new Set<ScopePath>();
  requests = 0;
  fault: Fault | undefined;
  faultsLeft = 0;
  #nextVersion = 0;

  /** One round trip to the service. Rejects with the signal's reason, or with a `ServiceFault`. */
  async request<T>(signal: AbortSignal, answer: (partial: boolean) => T): Promise<T> {
    signal.throwIfAborted();
    this.requests += 1;
    const fault = this.#takeFault();
    if (fault === 'delay') await wait(150, undefined, { signal });
    else if (fault === 'hang') await hang(signal);
    else if (fault !== undefined && fault !== 'partial_batch') throw new ServiceFault(fault);
    else await Promise.resolve();
    signal.throwIfAborted();
    return answer(fault === 'partial_batch');
  }

  find({ scope, key }: SecretRef): StoredSecret | undefined {
    return this.secrets.get(place(scope, key));
  }

  /** The secret of this name, created if needed. */
  touch({ scope, key }: SecretRef): StoredSecret {
    const known = this.find({ scope, key });
    if (known !== undefined) return known;
    const secret: StoredSecret = { scope, key, versions: [], denied: false, scheduled: false, hidden: false };
    this.secrets.set(place(scope, key), secret);
    this.scopes.add(scope);
    return secret;
  }

  put(ref: SecretRef, value: SecretValue): StoredVersion {
    const secret = this.touch(ref);
    const stored: StoredVersion = { version: (this.#nextVersion += 1), value, createdAt: Date.now(), state: 'live' };
    secret.versions.push(stored);
    return stored;
  }

  remove({ scope, key }: SecretRef): boolean {
    return this.secrets.delete(place(scope, key));
  }

  move(from: ScopePath, to: ScopePath): void {
    this.scopes.delete(from);
    this.scopes.add(to);
    for (const secret of this.in(from)) {
      this.remove(secret);
      secret.scope = to;
      this.secrets.set(place(to, secret.key), secret);
    }
  }

  in(scope: ScopePath): readonly StoredSecret[] {
    return [...this.secrets.values()].filter((secret) => secret.scope === scope);
  }

  #takeFault(): Fault | undefined {
    if (this.faultsLeft <= 0) return undefined;
    this.faultsLeft -= 1;
    return this.fault;
  }
}

function place(scope: string, key: string): string {
  return `${scope}\n${key}`;
}

function hang(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
