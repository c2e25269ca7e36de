import { join } from 'node:path';

/**
 * The script of every process that runs author code: its source in a checkout, a bundle beside this one in a published
 * package.
 */
export const stepHostFile: string = import.meta.filename.endsWith('.ts')
  ? join(import.meta.dirname, '../step-host/main.ts')
  : join(import.meta.dirname, 'step-host.mjs');
