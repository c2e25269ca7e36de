const keyBytes = 32;

/** The bytes of a key: 64 hex digits, or the canonical base64 of 32 bytes. `undefined` for anything else. */
export function parseKeyText(text: string): Uint8Array | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  const bytes = Buffer.from(text, 'base64');
  return bytes.byteLength === keyBytes && bytes.toString('base64') === text ? bytes : undefined;
}
