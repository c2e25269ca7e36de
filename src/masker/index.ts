export { createMasker, minMaskedBytes, type Masker } from './masker.ts';
export type { MaskStream } from './mask-stream.ts';
