/**
 * Text as part of a secret id, which may only use A-Z, a-z, 0-9, "_" and "-". Every "-" of an escaped id starts an
 * escape, so that no two texts share an id: `--` divides parts, `-_` is "-", `-p` is ".", `-hXX` a byte of UTF-8.
 * Source of the alphabet: CreateSecretRequest.secret_id in the service's protocol.
 */
export function escapeParts(parts: readonly string[]): string {
  return parts.map(escapePart).join('--');
}

function escapePart(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_]/gu, (character) => {
    if (character === '-') return '-_';
    if (character === '.') return '-p';
    return [...new TextEncoder().encode(character)].map((byte) => `-h${byte.toString(16).padStart(2, '0')}`).join('');
  });
}

const token = /[A-Za-z0-9_]+|--|-_|-p|-h[0-9a-f]{2}/y;

/** `undefined` for an id that `escapeParts` never returns. */
export function unescapeParts(id: string): readonly string[] | undefined {
  const parts: number[][] = [[]];
  for (token.lastIndex = 0; token.lastIndex < id.length;) {
    const [matched] = token.exec(id) ?? [];
    if (matched === undefined) return undefined;
    if (matched === '--') parts.push([]);
    else parts.at(-1)?.push(...bytesOf(matched));
  }
  const texts = parts.map((bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes)));
  // Rejects bytes that are not UTF-8, and needless escapes.
  return escapeParts(texts) === id ? texts : undefined;
}

function bytesOf(matched: string): Iterable<number> {
  if (matched === '-_') return [0x2d];
  if (matched === '-p') return [0x2e];
  return matched.startsWith('-h') ? [Number.parseInt(matched.slice(2), 16)] : new TextEncoder().encode(matched);
}
