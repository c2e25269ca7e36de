import { join } from 'node:path';

/** With it a program starts in two thirds of the time, from its second start on. */
export const compileCache = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/kici-programs'),
};
