/** How many bytes Node.js shows of a Buffer by default. */
const inspectedBytes = 50;

/** In a row, with a colon or a blank between bytes, and as the escapes of C. */
export function hexForms(bytes: Buffer): ReadonlySet<string> {
  const hex = bytes.toString('hex');
  const spaced = separate(hex, ' ');
  return new Set([
    ...[hex, spaced, separate(hex, ':')].flatMap((form) => [form, form.toUpperCase()]),
    separate(bytes.subarray(0, inspectedBytes).toString('hex'), ' '),
    hex.replace(/../g, String.raw`\x$&`),
  ]);
}

function separate(hex: string, by: string): string {
  return hex.replace(/..(?=.)/g, `$&${by}`);
}
