export { createMasker, type Masker } from './masker.ts';
export { minMaskedBytes } from './needles.ts';
export type { MaskStream } from './mask-stream.ts';
