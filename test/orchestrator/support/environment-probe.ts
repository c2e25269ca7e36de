import { memoryDefinition } from './memory-package.ts';

/** Shows what the server's code and child processes find in the environment. */
export const probeDefinition = {
  ...memoryDefinition,
  type: 'probe',
  summary: `KICI_SECRET_KEY is ${process.env['KICI_SECRET_KEY'] ?? 'not there'}`,
};
