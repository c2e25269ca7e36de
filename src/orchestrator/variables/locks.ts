import type { ApiError } from '../../api/api-error.ts';
import type { OperationId } from '../../api/registry.ts';
import { isSession, type Call } from '../caller.ts';
import { disabled } from '../policy/gate.ts';
import type { VariableRow } from './store.ts';

/**
 * A locked variable can be changed only with a token, whatever the organization's policy says.
 * @param input names the variable; without a name, it concerns all of the environment's
 * @throws ApiError `operation_disabled`
 */
export function requireUnlocked(
  { caller, organization }: Pick<Call, 'caller' | 'organization'>,
  id: OperationId,
  input: { readonly environment: string; readonly name?: string },
  variables: readonly VariableRow[],
): void {
  if (!isSession(caller)) return;
  const locked = variables.find((row) => row.locked === 1 && (input.name ?? row.name) === row.name);
  if (locked !== undefined) throw refusal(id, organization, input, locked.name);
}

function refusal(id: OperationId, organization: string, input: Record<string, unknown>, name: string): ApiError {
  return disabled(id, organization, input, `the variable ${name} is locked, so the dashboard cannot change it`);
}
