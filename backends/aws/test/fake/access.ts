import { nameOf } from '../../secrets/secret-name.ts';
import { accessDenied, Refusal } from './refusal.ts';

/** Who may do what, and what is wrong with single secrets. */
export class Access {
  readonly #denied: ((operation: string, name: string | undefined) => boolean)[] = [];
  readonly #undecryptable = new Set<string>();
  /** Secrets that lists do not show yet. */
  readonly hidden = new Set<string>();

  /** Denies the action as such, whatever it is about. */
  denyAction(operation: string): void {
    this.#denied.push((asked) => asked === operation);
  }

  /** Denies the value of every secret that the pattern's name, or a name below it, belongs to. */
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

  /** Decided before anybody looks whether the secret exists, so that a denial hides that. */
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
