import {
  BackendError,
  errorTrail,
  isFailureCode,
  isFailureReason,
  isReasonOf,
  subjectOf,
  type FailureCode,
  type FailureReason,
  type SecretValue,
  type Why,
} from '@kici-dev/secret-backend';
import { ContractBreach } from './breach.ts';

const longestDetail = 300;
/** Shorter values occur in any text by chance. */
const shortestSecret = 4;
/** Only the host knows these states, so no adapter can report them. */
const ownReasons: ReadonlySet<FailureReason> = new Set([
  'token_narrowed',
  'backend_missing',
  'type_missing',
  'contract_broken',
]);

/** What a call concerns, so that its failure can say so. */
export interface CallSubject {
  /** The refused right, for adapters that only say that access was refused. */
  readonly refusal?: FailureReason;
  readonly scope?: string;
  readonly key?: string;
}

/** What remains of a failure. */
type Reduced = Why & { readonly detail?: string; readonly retryAfterMs?: number };

/**
 * Reduces whatever an adapter threw to a code and a reason, and keeps the adapter's own wording only if it followed the
 * contract. The error itself goes no further: its message, cause or properties may hold a value or credential.
 */
export class Redactor {
  readonly #secrets: readonly SecretValue[];
  readonly #settings: ReadonlySet<string>;
  readonly #subject: CallSubject;

  /**
   * @param secrets values that the adapter knows: no detail that contains one passes
   * @param settings names of the type's settings: a reason can concern no other
   */
  constructor(secrets: readonly SecretValue[], settings: ReadonlySet<string> = new Set(), subject: CallSubject = {}) {
    this.#secrets = secrets;
    this.#settings = settings;
    this.#subject = subject;
  }

  /** For a call that hands the adapter a value. */
  with(value: SecretValue): Redactor {
    return new Redactor([...this.#secrets, value], this.#settings, this.#subject);
  }

  about(subject: CallSubject): Redactor {
    return new Redactor(this.#secrets, this.#settings, { ...this.#subject, ...subject });
  }

  error(thrown: unknown): BackendError {
    if (thrown instanceof ContractBreach) return thrown;
    try {
      if (!BackendError.is(thrown))
        return new ContractBreach(`the adapter threw ${kindOf(thrown)} instead of a BackendError`, errorTrail(thrown));
      const code: unknown = thrown.code;
      if (typeof code === 'string' && isFailureCode(code)) return new BackendError(code, this.details(code, thrown));
    } catch {
      // An error whose properties throw counts as one without them.
    }
    return new ContractBreach('the adapter failed with a code that does not exist');
  }

  details(code: FailureCode, given: Readonly<Record<keyof Reduced, unknown>> | object): Reduced {
    const { detail, retryAfterMs, reason, about }: { readonly [Name in keyof Reduced]?: unknown } = given;
    const wording = this.wording(detail);
    return {
      ...this.why(code, reason, about),
      ...(wording !== undefined && { detail: wording }),
      ...(typeof retryAfterMs === 'number' && retryAfterMs >= 0 && Number.isFinite(retryAfterMs) && { retryAfterMs }),
    };
  }

  /** Keeps the reason if it goes with the code, and its subject if the host itself knows that name. */
  why(code: FailureCode, given: unknown, about: unknown): Why {
    const { refusal, scope, key } = this.#subject;
    const reason =
      typeof given === 'string' && isFailureReason(given) && isReasonOf(code, given) && !ownReasons.has(given)
        ? given
        : refusal !== undefined && isReasonOf(code, refusal)
          ? refusal
          : undefined;
    if (reason === undefined) return {};
    const kind = subjectOf(reason);
    if (kind === 'scope' && scope !== undefined) return { reason, about: scope };
    if (kind === 'secret' && scope !== undefined && key !== undefined) return { reason, about: `${scope}/${key}` };
    if (kind === 'setting' && typeof about === 'string' && about.split(', ').every((name) => this.#settings.has(name)))
      return { reason, about };
    return { reason };
  }

  wording(detail: unknown): string | undefined {
    if (typeof detail !== 'string' || detail === '') return undefined;
    const tells = this.#secrets.some((secret) => {
      const text = secret.byteLength < shortestSecret ? undefined : secret.text();
      return text !== undefined && detail.includes(text);
    });
    if (tells) return undefined;
    return detail.slice(0, longestDetail).replace(/[^\x20-\x7e]/g, '?');
  }
}

/** Named by class, which comes from code; an error's `name` property could hold anything. */
function kindOf(thrown: unknown): string {
  const { name } = thrown instanceof Error ? thrown.constructor : { name: typeof thrown };
  return /^[A-Za-z][A-Za-z0-9]{0,60}$/.test(name) ? `a value of the kind ${name}` : 'something';
}
