/** A value that holds secrets among other things. */
export interface SecretDocument {
  readonly name: string;
  readonly text: string;
  readonly secrets: readonly string[];
  /** What logs may show. */
  readonly open: readonly string[];
}

export function document(
  name: string,
  text: string,
  secrets: readonly string[],
  open: readonly string[],
): SecretDocument {
  return { name, text, secrets, open };
}
