import * as z from 'zod';
import type { OperationId, operations } from '../../api/registry.ts';

// To compile a schema takes longer than the one answer that a command reads with it.
z.config({ jitless: true });

type Operations = typeof operations;

const secrets = async (): Promise<Partial<Operations>> =>
  (await import('../../api/operations/secrets.ts')).secretOperations;
const environments = async (): Promise<Partial<Operations>> =>
  (await import('../../api/operations/environments.ts')).environmentOperations;

/** By the first part of their ids: a command needs one or two, and making the schemas of all takes longer than it. */
const groups: Readonly<Record<string, () => Promise<Partial<Operations>>>> = {
  audit: async () => (await import('../../api/operations/audit.ts')).auditOperations,
  backends: async () => (await import('../../api/operations/backends.ts')).backendOperations,
  bindings: environments,
  environments,
  jobs: async () => (await import('../../api/operations/jobs.ts')).jobOperations,
  organizations: async () => (await import('../../api/operations/organizations.ts')).organizationOperations,
  policy: async () => (await import('../../api/operations/policy.ts')).policyOperations,
  resolution: async () => (await import('../../api/operations/resolution.ts')).resolutionOperations,
  scopes: secrets,
  secrets,
  sessions: async () => (await import('../../api/operations/sessions.ts')).sessionOperations,
  tokens: async () => (await import('../../api/operations/tokens.ts')).tokenOperations,
  values: async () => (await import('../../api/operations/values.ts')).valueOperations,
  variables: async () => (await import('../../api/operations/variables.ts')).variableOperations,
};

/** An operation, without those of other groups. */
export async function operationOf<Id extends OperationId>(id: Id): Promise<Operations[Id]> {
  const [group = ''] = id.split('.');
  const found = (await groups[group]?.())?.[id];
  if (found === undefined) throw new RangeError(`no group of operations has ${id}`);
  return found;
}
