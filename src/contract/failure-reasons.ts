import { failureCodes, type FailureCode } from './failure-codes.ts';

interface ReasonKind {
  /** The codes that it can accompany. */
  readonly of: readonly FailureCode[];
  /** What happened, phrased as the middle of a sentence. */
  readonly meaning: string;
  /** What a person should do next; more exact than the code's hint. */
  readonly hint: string;
  /** What `about` names; default: nothing. */
  readonly about?: 'setting' | 'scope' | 'secret';
}

const connecting: readonly FailureCode[] = ['unreachable', 'circuit_open'];

/**
 * Why something failed, more exactly than its code: a closed set that is safe to show, without words of a service or
 * library, and without names other than those that an operator configured.
 */
export const failureReasons = Object.freeze({
  name_not_resolved: {
    of: connecting,
    meaning: 'the host name does not resolve',
    hint: 'check the name in the address, and the name servers of the machine that asks',
  },
  connection_refused: {
    of: connecting,
    meaning: 'nothing listens at the address and port',
    hint: 'check the port, and that the service runs',
  },
  connection_timed_out: {
    of: [...connecting, 'timeout'],
    meaning: 'the connection was not established in time',
    hint: 'check the address, and the firewalls in between',
  },
  connection_reset: {
    of: connecting,
    meaning: 'the connection was closed before an answer came',
    hint: 'check the log of the service and of any proxy in front of it; a TLS port needs an https address',
  },
  no_route: {
    of: connecting,
    meaning: 'the network has no route to the address',
    hint: 'check the address, and the routes of the machine that asks',
  },
  not_tls: {
    of: connecting,
    meaning: 'the port does not speak TLS',
    hint: 'give the port that speaks TLS, or an http address if that is what you mean',
  },
  tls_expected: {
    of: [...connecting, 'bad_answer'],
    meaning: 'the port speaks only TLS',
    hint: 'give an https address',
  },
  tls_failed: {
    of: connecting,
    meaning: 'the TLS handshake failed',
    hint: 'check which TLS versions and ciphers the service accepts',
  },
  certificate_untrusted_by_system: {
    of: connecting,
    meaning: 'its certificate was not issued by an authority that this machine trusts',
    hint: 'set `tls.ca` if the type has it; otherwise start the server with NODE_EXTRA_CA_CERTS',
  },
  certificate_untrusted_by_setting: {
    of: connecting,
    meaning: 'its certificate was not issued by an authority that the settings name',
    hint: 'add the certificate of its authority to the setting',
    about: 'setting',
  },
  certificate_for_another_name: {
    of: connecting,
    meaning: 'its certificate is for another name',
    hint: 'use an address with a name that the certificate has, or set `tls.serverName` if the type has it',
  },
  certificate_expired: {
    of: connecting,
    meaning: 'its certificate has expired',
    hint: 'renew it at the service, and check the clock of this machine',
  },
  certificate_not_yet_valid: {
    of: connecting,
    meaning: 'its certificate is not valid yet',
    hint: 'check the clocks of this machine and of the service',
  },
  client_certificate_refused: {
    of: connecting,
    meaning: 'it accepts only connections with a client certificate that it trusts',
    hint: 'set `tls.cert` and `tls.key` if the type has them',
  },
  proxy_unreachable: {
    of: connecting,
    meaning: 'the configured proxy could not be reached',
    hint: 'check the address of the proxy in the settings, and that it runs',
  },
  proxy_refused: {
    of: connecting,
    meaning: 'the configured proxy refused the connection',
    hint: 'check what the proxy allows, and the credentials for it in the settings',
  },
  gateway_failed: {
    of: ['unreachable'],
    meaning: 'a proxy or load balancer in front of it answered that it could not pass the request on',
    hint: 'see whether the service runs, and the log of that proxy',
  },
  address_not_allowed: {
    of: connecting,
    meaning: 'this server may not connect to the address',
    hint: 'if the address is right, name it in `--allow-addresses` of `kici-orchestrator`',
  },
  list_refused: {
    of: ['permission_denied'],
    meaning: 'the service refused the list',
    hint: "grant the backend's identity the right to list there",
  },
  read_refused: {
    of: ['permission_denied'],
    meaning: 'the service refused the read',
    hint: "grant the backend's identity the right to read there",
  },
  write_refused: {
    of: ['permission_denied'],
    meaning: 'the service refused the change',
    hint: "grant the backend's identity the right to write and delete there",
  },
  token_narrowed: {
    of: ['permission_denied'],
    meaning: 'the calling token is narrowed to other scopes',
    hint: 'ask an owner of the organization for a token that reaches this scope',
  },
  setting_wrong: {
    of: ['misconfigured'],
    meaning: 'a setting is wrong',
    hint: 'correct it with `kici-admin backend update`',
    about: 'setting',
  },
  setting_not_allowed: {
    of: ['misconfigured'],
    meaning: 'a setting needs access to the machine that this server does not allow',
    hint: 'allow it with `--ambient-credentials` or `--ambient-paths` of `kici-orchestrator`, or change the setting',
    about: 'setting',
  },
  backend_missing: {
    of: ['misconfigured'],
    meaning: 'there is no backend of this name',
    hint: 'add it with `kici-admin backend add`, or remove the bindings that name it',
  },
  type_missing: {
    of: ['misconfigured'],
    meaning: 'this server does not have its backend type',
    hint: 'name the package that provides the type in `--backend-packages` of `kici-orchestrator`',
  },
  contract_broken: {
    of: ['bad_answer', 'misconfigured'],
    meaning: 'its adapter broke the contract for backends',
    hint: "report it to the adapter's author; the log says how",
  },
  not_a_json_object: {
    of: ['wrong_shape'],
    meaning: 'the secret of the scope holds no JSON object',
    hint: 'store a JSON object there, or choose the other layout',
    about: 'scope',
  },
  field_not_text: {
    of: ['wrong_shape'],
    meaning: 'the field holds neither text nor anything that can be written as text',
    hint: 'store text in it',
    about: 'secret',
  },
} satisfies Record<string, ReasonKind>);

export type FailureReason = keyof typeof failureReasons;

/** The part of a failure that is safe to show. */
export interface Failure {
  readonly code: FailureCode;
  /** Omitted if it is not known. */
  readonly reason?: FailureReason | undefined;
  /** What the reason is about: the name of a setting, a scope, or a scope and key with a "/" between them. */
  readonly about?: string | undefined;
}

/** The part of a failure that may be unknown. */
export type Why = Omit<Failure, 'code'>;

export function isFailureReason(text: string): text is FailureReason {
  return Object.hasOwn(failureReasons, text);
}

export function isReasonOf(code: FailureCode, reason: FailureReason): boolean {
  const { of }: ReasonKind = failureReasons[reason];
  return of.includes(code);
}

export function subjectOf(reason: FailureReason): ReasonKind['about'] {
  const kind: ReasonKind = failureReasons[reason];
  return kind.about;
}

/** Without undefined members. */
export function whyOf({ reason, about }: Why): Why {
  return { ...(reason !== undefined && { reason }), ...(about !== undefined && { about }) };
}

/** What happened, phrased as the middle of a sentence, in fixed words. */
export function meaningOf({ code, reason }: Failure): string {
  const { meaning } = failureCodes[code];
  return reason === undefined ? meaning : `${meaning}: ${failureReasons[reason].meaning}`;
}

/** What happened, phrased as the middle of a sentence, with code and reason in brackets. */
export function describeFailure(failure: Failure, detail?: string): string {
  const { code, reason, about } = failure;
  const subject = reason === undefined || about === undefined ? '' : ` (${about})`;
  return `${detail ?? `${meaningOf(failure)}${subject}`} [${code}]${reason === undefined ? '' : ` [${reason}]`}`;
}

/** What a person should do next. */
export function hintOf({ code, reason }: Failure): string {
  return reason === undefined ? failureCodes[code].hint : failureReasons[reason].hint;
}
