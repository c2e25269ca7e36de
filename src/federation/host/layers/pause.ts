import { BackendError, whyOf, type Failure } from '@kici-dev/secret-backend';

const pauseMs = 10_000;

/** Spares a backend that refused the credentials: services lock out clients that keep trying. */
export interface Pause {
  begin(refusal: Failure): void;
  end(): void;
  /** @throws BackendError `unauthenticated` while it lasts */
  requireOver(): void;
}

export function createPause(): Pause {
  let standing: { readonly refusal: Failure; readonly at: number } | undefined;
  return {
    begin(refusal) {
      standing = { refusal, at: Date.now() };
    },
    end() {
      standing = undefined;
    },
    requireOver() {
      if (standing === undefined) return;
      // Absolute, so that setting a clock back ends it too.
      if (Math.abs(Date.now() - standing.at) < pauseMs)
        throw new BackendError('unauthenticated', {
          ...whyOf(standing.refusal),
          detail: `the credentials were refused, and are not tried again for ${pauseMs / 1000} seconds`,
        });
      standing = undefined;
    },
  };
}
