import { hash } from 'node:crypto';

/** A CI log with one hit in a thousand lines. */
export function makeLog(secrets: readonly string[], bytes: number): Buffer {
  return fill(bytes, (line) => {
    const hit =
      line % 1_000 === 500 ? (secrets[line % secrets.length] ?? '') : 'src/module/component.ts(12,34): checked';
    return `2026-01-02T03:04:${String(line % 60).padStart(2, '0')}Z [worker-${line % 7}] step ${line}: ${hit} in ${line % 977} ms\n`;
  });
}

/** How to make texts that are hard to search, by the reason why. */
export function adversarialTexts(secrets: readonly string[], bytes: number): Readonly<Record<string, () => Buffer>> {
  /** In no order that repeats itself. */
  const secretAt = (index: number): string => secrets[(Math.imul(index, 0x9e3779b1) >>> 16) % secrets.length] ?? '';
  const text = (piece: (index: number) => string) => (): Buffer => fill(bytes, piece);
  return {
    'floods of beginnings': text((index) => secretAt(index).slice(0, -1)),
    'near misses': text((index) => {
      const secret = secretAt(index);
      const at = index % secret.length;
      return `${secret.slice(0, at)}~${secret.slice(at + 1)} `;
    }),
    'nothing but secrets': text((index) => `${secretAt(index)}\n`),
    hex: text((index) => hash('sha512', String(index))),
    'a coloured log': text((index) => `\u001b[32m✓\u001b[0m test ${index} \u001b[2m(${index % 97} ms)\u001b[22m\n`),
  };
}

function fill(bytes: number, piece: (index: number) => string): Buffer {
  const text = Buffer.allocUnsafe(bytes);
  for (let [at, index] = [0, 0]; at < bytes; index += 1) at += text.write(piece(index), at);
  return text;
}
