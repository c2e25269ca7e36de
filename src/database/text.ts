/** A text that PostgreSQL cannot hold, so that no database of ours takes it. */
export class UnstorableTextError extends Error {
  override readonly name = 'UnstorableTextError';

  constructor() {
    super('a text holds the character NUL (U+0000), which cannot be stored');
  }
}

export function isStorable(text: string): boolean {
  return !text.includes('\0');
}

/** @throws UnstorableTextError */
export function requireStorable(text: string): string {
  if (!isStorable(text)) throw new UnstorableTextError();
  return text;
}
