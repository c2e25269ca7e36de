import { BackendError } from '@kici-dev/secret-backend';

/**
 * An adapter answered, or failed, otherwise than the contract says. The detail says how, in words of the host's own.
 */
export class ContractBreach extends BackendError {
  readonly #trail: string | undefined;

  /** @param trail where what the adapter threw came from */
  constructor(detail: string, trail?: string, code: 'bad_answer' | 'misconfigured' = 'bad_answer') {
    super(code, { reason: 'contract_broken', detail });
    this.#trail = trail;
  }

  get trail(): string | undefined {
    return this.#trail;
  }

  /** The adapter did it while it made an instance. */
  inCreation(): ContractBreach {
    return new ContractBreach(this.detail ?? '', this.#trail, 'misconfigured');
  }
}
