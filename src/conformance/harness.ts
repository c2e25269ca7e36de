import type { ScopePath, SecretBackend, SecretRef, SecretValue } from '@kici-dev/secret-backend';

/** Written by a backend's author: how to open a backend over its own store, and how to make that store misbehave. */
export interface Harness {
  /** A backend over an empty store. Each case gets a fresh one. */
  open(): Promise<Subject>;
  /**
   * How many names the service returns per page of a list, so that the kit can request more than two pages; default:
   * 50.
   */
  readonly listPageSize?: number;
  /** The backends that it opens are hosted, so the host's promises are proven too. */
  readonly behindHost?: true;
  /** Operations that the service acknowledges without a body, so that the fault `empty` looks like success. */
  readonly acknowledgesWithoutBody?: readonly ('write' | 'delete')[];
}

export interface Subject {
  readonly backend: SecretBackend;
  /**
   * Puts a value into the store by the service's own means, bypassing the backend under test; as a new version if there
   * is one already. Other keys of the scope stay. Resolves once reads and lists show it.
   * @returns the version that the service gave it, as the backend spells versions
   */
  seed(secret: SeededSecret): Promise<{ readonly version?: string }>;
  readonly provoke: Provocations;
  /** The backend's own credentials; the kit proves that no error shows them. */
  readonly credentials?: readonly string[];
  /** Closes the backend, which may already be closed, and removes the store. */
  dispose(): Promise<void>;
}

export interface SeededSecret {
  readonly scope: ScopePath;
  readonly key: string;
  readonly value: SecretValue;
}

/**
 * The states and faults that a store can be brought into. Each verb resolves once the service is in that state. A
 * missing verb makes the cases that need it *not proven*, which must be announced with a reason; it never makes them
 * pass.
 */
export interface Provocations {
  /** The name exists but has never had a value. */
  nameOnly?(ref: SecretRef): Promise<void>;
  /** The current version is deleted but could be restored. */
  deleteCurrent?(ref: SecretRef): Promise<void>;
  /** The current version is destroyed for good, while its secret still exists. */
  destroyCurrent?(ref: SecretRef): Promise<void>;
  disableCurrent?(ref: SecretRef): Promise<void>;
  /** The whole secret is scheduled for deletion, and does not answer until then. */
  scheduleDeletion?(ref: SecretRef): Promise<void>;
  /** The stored payload no longer passes its integrity check, or does not decrypt. */
  corrupt?(ref: SecretRef): Promise<void>;
  /** The key exists and holds `null`, as a field of a JSON object may; other keys of the scope stay. */
  nullValue?(ref: SecretRef): Promise<void>;
  denyRead?(ref: SecretRef): Promise<void>;
  /** The names at and below this scope may not be listed, but the rest of the tree may. */
  denyList?(scope: ScopePath): Promise<void>;
  /** The secret stays readable but is missing from lists, as on a service whose lists lag. */
  hideFromLists?(ref: SecretRef): Promise<void>;
  /**
   * The next requests to the service meet this fault.
   * @param times how many; default: every one until `heal`
   */
  fault?(kind: Fault, times?: number): Promise<void>;
  /** The faults that `fault` can cause; default: all. */
  readonly faults?: readonly Fault[];
  /**
   * Until `heal`, the service refuses all credentials, however often one signs in.
   * @returns a count of the requests since then, sign-ins included
   */
  rejectCredentials?(): Promise<() => number>;
  /** Ends the faults of `fault`, and of `rejectCredentials`. */
  heal?(): Promise<void>;
  /** Requests that have reached the service so far, sign-ins excluded. */
  requestCount?(): Promise<number>;
}

/** One vocabulary of faults for every service. */
export const faults = [
  /** The right answer, after 150 ms. */
  'delay',
  /** No answer at all. */
  'hang',
  /** The connection is reset before the answer. */
  'reset',
  /** The answer breaks off in the middle. */
  'half_body',
  /** The service reports that it failed: 500 or 503. */
  'server_error',
  /** The service limits requests: 429 or its equivalent. */
  'throttle',
  /** The service refuses access. */
  'deny',
  /** The credentials have expired; another sign-in may help. */
  'expire',
  /** A success whose body is not an answer of the service. */
  'garbage',
  /** A success without a body. */
  'empty',
  /** One of the secrets of a request is missing from the answer, without a word. */
  'partial_batch',
  /** A success of at least 30 MB, in more than a million small parts, as a hostile service might send. */
  'flood',
  /**
   * A success of less than 2 MiB in half a million small parts: no larger than an honest one, but as costly to parse as
   * a large one.
   */
  'swarm',
] as const;

export type Fault = (typeof faults)[number];

/** What a case may need from a harness. */
export type Verb = Exclude<keyof Provocations, 'faults'>;
