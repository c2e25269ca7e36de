/** How many bytes Node.js shows of a Buffer by default. */
const inspectedBytes = 50;

export function hexForms(bytes: Buffer): string[] {
  const hex = bytes.toString('hex');
  const inspected = bytes
    .subarray(0, inspectedBytes)
    .toString('hex')
    .replace(/..(?=.)/g, '$& ');
  return [hex, hex.toUpperCase(), inspected];
}
