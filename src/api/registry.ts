import type * as z from 'zod';
import { auditOperations } from './operations/audit.ts';
import { backendOperations } from './operations/backends.ts';
import { environmentOperations } from './operations/environments.ts';
import { jobOperations } from './operations/jobs.ts';
import { organizationOperations } from './operations/organizations.ts';
import { policyOperations } from './operations/policy.ts';
import { resolutionOperations } from './operations/resolution.ts';
import { secretOperations } from './operations/secrets.ts';
import { sessionOperations } from './operations/sessions.ts';
import { tokenOperations } from './operations/tokens.ts';
import { valueOperations } from './operations/values.ts';
import { variableOperations } from './operations/variables.ts';

/** Every operation by its id. */
export const operations = {
  ...organizationOperations,
  ...environmentOperations,
  ...secretOperations,
  ...valueOperations,
  ...variableOperations,
  ...backendOperations,
  ...resolutionOperations,
  ...jobOperations,
  ...tokenOperations,
  ...sessionOperations,
  ...policyOperations,
  ...auditOperations,
};

export type OperationId = keyof typeof operations;

export type ClientInput<Id extends OperationId> = z.input<(typeof operations)[Id]['input']>;
export type ClientOutput<Id extends OperationId> = z.output<(typeof operations)[Id]['output']>;
