import { BackendError } from '@kici-dev/secret-backend';

/** An adapter broke the contract. The detail says how, in the host's own words. */
export class ContractBreach extends BackendError {
  readonly #trail: string | undefined;

  /** @param trail where the adapter's own error came from */
  constructor(detail: string, trail?: string, code: 'bad_answer' | 'misconfigured' = 'bad_answer') {
    super(code, { reason: 'contract_broken', detail });
    this.#trail = trail;
  }

  get trail(): string | undefined {
    return this.#trail;
  }

  /** As a breach while the adapter created an instance. */
  inCreation(): ContractBreach {
    return new ContractBreach(this.detail ?? '', this.#trail, 'misconfigured');
  }
}
