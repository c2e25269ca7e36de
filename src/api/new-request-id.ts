import { closeSync, openSync, readSync } from 'node:fs';

/**
 * A random UUID (RFC 9562, version 4). Node.js loads as much for `crypto` as for a request, so it is asked only where
 * the system has no file of random bytes.
 */
export function newRequestId(): string {
  const bytes = randomBytes(16);
  if (bytes === undefined) return crypto.randomUUID();
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x40;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function randomBytes(count: number): Buffer | undefined {
  let source: number | undefined;
  try {
    source = openSync('/dev/urandom', 'r');
    const bytes = Buffer.alloc(count);
    return readSync(source, bytes) === count ? bytes : undefined;
  } catch {
    return undefined;
  } finally {
    if (source !== undefined) closeSync(source);
  }
}
