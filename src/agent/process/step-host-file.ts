import { join } from 'node:path';

/**
 * The script of every process that runs author code: in a checkout its source, in a published package a bundle beside
 * this one.
 */
export const stepHostFile: string = import.meta.filename.endsWith('.ts')
  ? join(import.meta.dirname, '../step-host/main.ts')
  : join(import.meta.dirname, 'step-host.mjs');
