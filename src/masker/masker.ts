import { buildAutomaton } from './automaton.ts';
import { buildFilter } from './filter.ts';
import { createMaskStream, type Matcher, type MaskStream } from './mask-stream.ts';
import { minMaskedBytes, needlesOf } from './needles.ts';

export interface Masker {
  /** Registers a value with all its encodings, for every stream and for good. `too_short`: it will not be masked. */
  add(value: Uint8Array): 'masked' | 'too_short';
  /** A stream of its own; matches do not reach from one stream into another. */
  open(): MaskStream;
  /** A whole text. */
  mask(text: string): string;
}

export function createMasker(): Masker {
  /** By their bytes as latin1. */
  const needles = new Map<string, Uint8Array>();
  let matcher: Matcher | undefined;
  // Built when bytes arrive, so that values registered together cost one build.
  const current = (): Matcher => matcher ??= build([...needles.values()]);

  return {
    add(value) {
      if (value.byteLength < minMaskedBytes) return 'too_short';
      for (const needle of needlesOf(value)) {
        const id = Buffer.from(needle).toString('latin1');
        if (needles.has(id)) continue;
        needles.set(id, needle);
        matcher = undefined;
      }
      return 'masked';
    },
    open: () => createMaskStream(current),
    mask(text) {
      const stream = createMaskStream(current);
      return Buffer.concat([...stream.write(Buffer.from(text)), ...stream.end()]).toString();
    },
  };
}

function build(patterns: readonly Uint8Array[]): Matcher {
  return { automaton: buildAutomaton(patterns), filter: buildFilter(patterns) };
}
