import { memoryDefinition } from './memory-package.ts';

/** Tells what code and child processes of the server find in its environment. */
export const probeDefinition = {
  ...memoryDefinition,
  type: 'probe',
  summary: `KICI_SECRET_KEY is ${process.env['KICI_SECRET_KEY'] ?? 'not there'}`,
};
