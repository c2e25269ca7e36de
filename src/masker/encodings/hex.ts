/** How many bytes of a Buffer Node.js shows by default. */
const inspectedBytes = 50;

/** For large values, which nobody shows byte by byte. */
export function plainHexForms(bytes: Buffer): readonly string[] {
  const hex = bytes.toString('hex');
  return [hex, hex.toUpperCase()];
}

/** In a row, with a colon or a blank between bytes, and as C escapes. */
export function hexForms(bytes: Buffer): ReadonlySet<string> {
  const hex = bytes.toString('hex');
  const pairs = hex.match(/../g) ?? [];
  const lower = [hex, pairs.join(' '), pairs.join(':')];
  return new Set([
    ...lower,
    ...lower.map((form) => form.toUpperCase()),
    pairs.slice(0, inspectedBytes).join(' '),
    `\\x${pairs.join('\\x')}`,
  ]);
}
