import { hash } from 'node:crypto';
import { createMaskStream, type MaskStream } from './mask-stream.ts';
import { createMatchers } from './matchers.ts';
import { familiesOf, minMaskedBytes } from './needles.ts';

/** Replaces registered values in streams of bytes; a run has one for all its output. */
export interface Masker {
  /** Registers a value with all its encodings, for every stream and for good. `too_short`: it will not be masked. */
  add(value: Uint8Array): 'masked' | 'too_short';
  /** Opens a separate stream; matches do not span streams. */
  open(): MaskStream;
  mask(text: string): string;
}

/**
 * Beyond this, further values are searched for in common forms only: an author's own values must not exhaust memory.
 */
const maxNeedleBytes = 67_108_864;

export function createMasker(): Masker {
  const matchers = createMatchers();
  const known = new Set<string>();

  return {
    add(value) {
      if (value.byteLength < minMaskedBytes) return 'too_short';
      const id = hash('sha256', value, 'binary');
      if (known.has(id)) return 'masked';
      known.add(id);
      const isCrowded = matchers.totalBytes() > maxNeedleBytes;
      for (const { make, isSlow } of familiesOf(value, isCrowded)) matchers.add(make, isSlow);
      return 'masked';
    },
    open: () => createMaskStream(matchers.current),
    mask(text) {
      const stream = createMaskStream(matchers.current);
      return Buffer.concat([...stream.write(Buffer.from(text)), ...stream.end()]).toString();
    },
  };
}
