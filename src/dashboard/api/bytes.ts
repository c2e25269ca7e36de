export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(text);
}

export function toHex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** SHA-256 in hex; `undefined` if the browser has no cryptography for pages without TLS. */
export async function fingerprint(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  return isSecureContext ? toHex(await crypto.subtle.digest('SHA-256', bytes)) : undefined;
}
