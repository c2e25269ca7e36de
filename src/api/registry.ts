import { jobOperations } from './operations/jobs.ts';

/** Every operation by its id. */
export const operations = {
  ...jobOperations,
};

export type OperationId = keyof typeof operations;
