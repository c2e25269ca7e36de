const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export type Trimming = 'one-line' | 'always' | 'never';

/**
 * Removes one line end. `one-line`: only if the whole is a single line of UTF-8 text, as `echo` and `pass show` write
 * it; a key file of several lines needs its last newline, and binary data has no lines.
 */
export function trimLineEnd(bytes: Uint8Array, trimming: Trimming): Uint8Array {
  const end = lengthWithoutLineEnd(bytes);
  if (trimming === 'never' || end === bytes.byteLength) return bytes;
  const body = bytes.subarray(0, end);
  if (trimming === 'one-line' && (body.includes(lineFeed) || body.includes(carriageReturn) || !isText(body)))
    return bytes;
  return body;
}

function lengthWithoutLineEnd(bytes: Uint8Array): number {
  if (bytes.at(-1) !== lineFeed) return bytes.byteLength;
  return bytes.byteLength - (bytes.at(-2) === carriageReturn ? 2 : 1);
}

/** UTF-8 without NUL, as a shell could print. */
function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
