import { failureCodes, type FailureCode } from './failure-codes.ts';

interface ReasonKind {
  /** The codes that it comes with. */
  readonly of: readonly FailureCode[];
  /** What happened, as the middle of a sentence. */
  readonly meaning: string;
  /** What a person does next; more exact than the hint of the code. */
  readonly hint: string;
  /** What `about` names; left out: nothing. */
  readonly about?: 'setting' | 'scope' | 'secret';
}

const connecting: readonly FailureCode[] = ['unreachable', 'circuit_open'];

/**
 * Why something failed as its code says, as a closed set that is safe to show: no word of a service or a library, and
 * no name but one that an operator has configured.
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
    meaning: 'no connection came about in time',
    hint: 'check the address, and the firewalls on the way',
  },
  connection_reset: {
    of: connecting,
    meaning: 'the connection was closed before the answer was there',
    hint: 'look at the log of the service and of what stands before it; a port that speaks TLS needs an https address',
  },
  no_route: {
    of: connecting,
    meaning: 'the network has no way to the address',
    hint: 'check the address, and the routes of the machine that asks',
  },
  not_tls: {
    of: connecting,
    meaning: 'what answers does not speak TLS',
    hint: 'give the port that speaks TLS, or an http address if that is meant',
  },
  tls_expected: {
    of: [...connecting, 'bad_answer'],
    meaning: 'what answers speaks TLS only',
    hint: 'give an https address',
  },
  tls_failed: {
    of: connecting,
    meaning: 'no TLS connection could be agreed on',
    hint: 'check which versions and ciphers of TLS the service takes',
  },
  certificate_untrusted_by_system: {
    of: connecting,
    meaning: 'its certificate comes from no authority that this machine trusts',
    hint: 'set `tls.ca` where the type has it; elsewhere start the server with NODE_EXTRA_CA_CERTS',
  },
  certificate_untrusted_by_setting: {
    of: connecting,
    meaning: 'its certificate comes from no authority that the settings name',
    hint: 'put the certificate of its authority into the setting',
    about: 'setting',
  },
  certificate_for_another_name: {
    of: connecting,
    meaning: 'its certificate is for another name',
    hint: 'give the address by a name that the certificate has, or set `tls.serverName` where the type has it',
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
    meaning: 'it takes no connection without a client certificate that it trusts',
    hint: 'set `tls.cert` and `tls.key` where the type has them',
  },
  proxy_unreachable: {
    of: connecting,
    meaning: 'the proxy of the settings could not be reached',
    hint: 'check the address of the proxy in the settings, and that it runs',
  },
  proxy_refused: {
    of: connecting,
    meaning: 'the proxy of the settings did not let the connection through',
    hint: 'check what the proxy allows, and the credentials for it in the settings',
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
    meaning: 'the token that asks is narrowed to other scopes',
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
    meaning: 'a setting asks for something of the machine that this server does not allow',
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
    meaning: 'this server has no backends of its type',
    hint: 'name the package that brings the type in `--backend-packages` of `kici-orchestrator`',
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

/** What is known of a failure, and safe to show. */
export interface Failure {
  readonly code: FailureCode;
  /** Left out where nobody could tell. */
  readonly reason?: FailureReason | undefined;
  /** What the reason is about: the name of a setting, a scope, or a scope and key with a "/" between them. */
  readonly about?: string | undefined;
}

/** The part of a failure that nobody may know. */
export type Why = Omit<Failure, 'code'>;

export function isFailureReason(text: string): text is FailureReason {
  return Object.hasOwn(failureReasons, text);
}

/** Whether a failure with the code can have the reason. */
export function isReasonOf(code: FailureCode, reason: FailureReason): boolean {
  const { of }: ReasonKind = failureReasons[reason];
  return of.includes(code);
}

/** What `about` names with this reason. */
export function subjectOf(reason: FailureReason): ReasonKind['about'] {
  const kind: ReasonKind = failureReasons[reason];
  return kind.about;
}

/** Without what is left out. */
export function whyOf({ reason, about }: Why): Why {
  return { ...(reason !== undefined && { reason }), ...(about !== undefined && { about }) };
}

/** What happened, as the middle of a sentence, in standing words. */
export function meaningOf({ code, reason }: Failure): string {
  const { meaning } = failureCodes[code];
  return reason === undefined ? meaning : `${meaning}: ${failureReasons[reason].meaning}`;
}

/** What happened, as the middle of a sentence, with code and reason in brackets. */
export function describeFailure(failure: Failure, detail?: string): string {
  const { code, reason, about } = failure;
  const subject = reason === undefined || about === undefined ? '' : ` (${about})`;
  return `${detail ?? `${meaningOf(failure)}${subject}`} [${code}]${reason === undefined ? '' : ` [${reason}]`}`;
}

/** What a person does next. */
export function hintOf({ code, reason }: Failure): string {
  return reason === undefined ? failureCodes[code].hint : failureReasons[reason].hint;
}
