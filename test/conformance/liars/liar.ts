import type { BackendCapabilities, CallContext, ReadOutcome, SecretBackend, SecretRef } from '@kici-dev/secret-backend';

/** A backend that breaks one law. */
export interface Liar {
  readonly lie: string;
  /** The only case that must catch it. */
  readonly caught: string;
  /** The manifest that its suite announces; default: the reference's own. */
  readonly capabilities?: BackendCapabilities;
  /** A method that it does not have. */
  readonly lacks?: 'versions';
  /** What it does differently. */
  tell(honest: Honest): Partial<SecretBackend>;
}

/** The reference backend, which has every method. */
export type Honest = Required<SecretBackend>;

export function isHonest(backend: SecretBackend): backend is Honest {
  return (['write', 'delete', 'versions', 'restore', 'declare', 'scopes'] as const).every(
    (name) => backend[name] !== undefined,
  );
}

/** Reads that alter chosen outcomes, one by one. */
export function changedReads(
  change: (
    outcome: ReadOutcome,
    ref: SecretRef,
    all: { readonly refs: readonly SecretRef[]; readonly outcomes: readonly ReadOutcome[] },
    context: CallContext,
  ) => ReadOutcome | Promise<ReadOutcome>,
) {
  return (honest: Honest): Pick<SecretBackend, 'read'> => ({
    async read(refs, context) {
      const outcomes = await honest.read(refs, context);
      return Promise.all(
        refs.map(async (ref, index) =>
          change(outcomes[index] ?? { status: 'absent' }, ref, { refs, outcomes }, context),
        ),
      );
    },
  });
}
