import { nameOf } from '../../secrets/secret-name.ts';
import { accessDenied, Refusal } from './refusal.ts';

/** Who may do what, and what is wrong with single secrets. */
export class Access {
  readonly #denied: ((operation: string, name: string | undefined) => boolean)[] = [];
  readonly #undecryptable = new Set<string>();
  /** Secrets that lists do not show yet. */
  readonly hidden = new Set<string>();

  /** Denies the action itself, whatever it concerns. */
  denyAction(operation: string): void {
    this.#denied.push((asked) => asked === operation);
  }

  /** Denies the value of the secret with this name, or of all below it. */
  denyValue(name: string, below = false): void {
    this.#denied.push(
      (operation, asked) =>
        operation === 'GetSecretValue' &&
        asked !== undefined &&
        (asked === name || (below && asked.startsWith(`${name}/`))),
    );
  }

  breakKey(name: string): void {
    this.#undecryptable.add(name);
  }

  /** Checked before the secret is looked up, so that a denial hides whether it exists. */
  require(operation: string, id: string | undefined): void {
    const name = id === undefined ? undefined : nameOf(id);
    if (this.#denied.some((denies) => denies(operation, name))) throw accessDenied(operation);
  }

  requireKey(name: string): void {
    if (this.#undecryptable.has(name))
      throw new Refusal(
        'DecryptionFailure',
        "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
      );
  }
}
