import { hash } from 'node:crypto';

/** Texts that are hard to search, by the reason why. */
export function adversarialTexts(secrets: readonly string[], bytes: number): Readonly<Record<string, Buffer>> {
  const secretAt = (index: number): string => secrets[index % secrets.length] ?? '';
  return {
    'floods of beginnings': fill(bytes, (index) => secretAt(index).slice(0, -1)),
    'near misses': fill(bytes, (index) => {
      const secret = secretAt(index);
      const at = index % secret.length;
      return `${secret.slice(0, at)}~${secret.slice(at + 1)} `;
    }),
    'nothing but secrets': fill(bytes, (index) => `${secretAt(index)}\n`),
    hex: fill(bytes, (index) => hash('sha512', String(index))),
    'a coloured log': fill(
      bytes,
      (index) => `\u001b[32m✓\u001b[0m test ${index} \u001b[2m(${index % 97} ms)\u001b[22m\n`,
    ),
  };
}

function fill(bytes: number, piece: (index: number) => string): Buffer {
  const pieces: string[] = [];
  for (let size = 0; size < bytes; size += pieces.at(-1)?.length ?? 0) pieces.push(piece(pieces.length));
  return Buffer.from(pieces.join('')).subarray(0, bytes);
}
