interface FailureKind {
  /** What happened, phrased as the middle of a sentence. */
  readonly meaning: string;
  /** What a person should do next. */
  readonly hint: string;
  /** Whether the same call may succeed a moment later without anybody's action. */
  readonly transient: boolean;
}

/**
 * Every way in which a backend can fail, as a closed set. An adapter maps the service's answers to these; nothing else
 * in the system reads a service's own words.
 */
export const failureCodes = Object.freeze({
  permission_denied: {
    transient: false,
    meaning: 'the backend refused access',
    hint: "grant the backend's identity the rights that it lacks",
  },
  unauthenticated: {
    transient: false,
    meaning: 'the backend did not accept the credentials',
    hint: "renew the credentials in the backend's settings, then run `kici-admin backend test`",
  },
  throttled: { transient: true, meaning: 'the backend is limiting requests', hint: 'wait, or ask for a higher quota' },
  timeout: {
    transient: true,
    meaning: 'the backend did not answer in time',
    hint: "check the network and the backend's load, or raise its `--deadline` with `kici-admin backend update`",
  },
  aborted: { transient: false, meaning: 'the call was cancelled', hint: 'start it again' },
  unreachable: {
    transient: true,
    meaning: 'the backend could not be reached',
    hint: 'check its address, the network and its certificate',
  },
  server_error: { transient: true, meaning: 'the backend failed', hint: "check the backend's own log" },
  sealed: { transient: true, meaning: 'the backend is sealed or not initialized', hint: 'unseal it' },
  stale_replica: {
    transient: true,
    meaning: 'the replica that answered is behind',
    hint: 'wait for replication, or address the primary',
  },
  bad_answer: {
    transient: true,
    meaning: 'the backend gave an invalid answer',
    hint: "check that the address leads to the service, not to a proxy's page",
  },
  deleted: {
    transient: false,
    meaning: 'the current version is deleted',
    hint: 'restore it, write a new value, or have its binding skip what is deleted (`--skip-deleted`)',
  },
  destroyed: { transient: false, meaning: 'the version is destroyed', hint: 'write a new value' },
  disabled: { transient: false, meaning: 'the version is disabled', hint: 'enable it, or write a new value' },
  scheduled_for_deletion: {
    transient: false,
    meaning: 'the secret is scheduled for deletion',
    hint: 'restore it within its window',
  },
  no_version: { transient: false, meaning: 'the secret exists without a value', hint: 'set a value' },
  corrupt: { transient: false, meaning: 'the value failed its integrity check', hint: 'write the value again' },
  decryption_failed: {
    transient: false,
    meaning: 'the value could not be decrypted',
    hint: 'check the encryption key and the permission to use it',
  },
  wrong_shape: {
    transient: false,
    meaning: 'the stored value does not have the shape that the layout needs',
    hint: 'store it in that shape, or choose the other layout',
  },
  ambiguous: {
    transient: false,
    meaning: 'two names in the backend map to the same scope and key',
    hint: 'rename one of them',
  },
  vanished: {
    transient: false,
    meaning: 'the secret existed when the job started but is gone now',
    hint: 'start the job again',
  },
  overloaded: {
    transient: true,
    meaning: 'too many calls to this backend are waiting',
    hint: 'wait until the calls before this one have ended',
  },
  circuit_open: {
    transient: true,
    meaning: 'the backend failed repeatedly, so calls to it are paused for a moment',
    hint: 'run `kici-admin backend test` to see whether it is back',
  },
  conflict: {
    transient: false,
    meaning: 'somebody else changed it in the meantime, or it already exists',
    hint: 'read the current state and try again',
  },
  too_large: {
    transient: false,
    meaning: 'the value, or an answer from the backend, is too large',
    hint: 'store a smaller value, or fewer names in one place',
  },
  invalid_argument: {
    transient: false,
    meaning: 'the backend cannot take this request',
    hint: 'correct what the message names',
  },
  unsupported: {
    transient: false,
    meaning: 'the backend cannot do this',
    hint: 'see its capabilities with `kici-admin backend show`',
  },
  misconfigured: {
    transient: false,
    meaning: "the backend's settings are wrong",
    hint: 'correct the setting that the message names',
  },
  not_found: { transient: false, meaning: 'there is nothing by this name', hint: 'check the name' },
  closed: {
    transient: false,
    meaning: 'the backend is closed',
    hint: 'this is a fault in the caller; please report it',
  },
} satisfies Record<string, FailureKind>);

export type FailureCode = keyof typeof failureCodes;

export function isFailureCode(text: string): text is FailureCode {
  return Object.hasOwn(failureCodes, text);
}

export function isTransient(code: FailureCode): boolean {
  return failureCodes[code].transient;
}
