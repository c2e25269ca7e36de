import { commandLine } from '../../api/command-line.ts';
import { ApiError } from '../../api/api-error.ts';
import type { Operation } from '../../api/operation.ts';
import { operations, type OperationId } from '../../api/registry.ts';
import { policyStateOf, type PolicyState } from '../../api/write-policy.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { actorOf, isSession, type Caller } from '../caller.ts';
import type { Soon } from '../soon.ts';
import type { PolicyStore, WritePolicy } from './store.ts';

/** A request that a policy may forbid, before its body is read. */
export interface Gated {
  readonly id: OperationId;
  readonly caller: Caller;
  readonly organization: string;
  /** The part of the operation's input that the URL holds. */
  readonly named: () => Readonly<Record<string, unknown>>;
}

/** Keeps dashboard sessions from what the organization's policy switches off; tokens are never restricted. */
export interface PolicyGate {
  /** @returns a promise, where it has to ask. @throws ApiError `operation_disabled`, after writing an audit row */
  require(request: Gated): Soon<void>;
}

export function createPolicyGate(store: PolicyStore, audit: AuditLog): PolicyGate {
  async function requireOn(request: Gated): Promise<void> {
    const { id, caller, organization } = request;
    const operation: Operation = operations[id];
    const why = await refusalOf(store, organization, id, operation);
    if (why === undefined) return;
    const named = request.named();
    const subject = Object.fromEntries(
      operation.subject.flatMap((name) => (named[name] === undefined ? [] : [[name, named[name]]])),
    );
    // The refusal stands whether or not it can be recorded.
    await audit
      .append({
        organization,
        phase: 'refused',
        operation: id,
        actor: actorOf(caller),
        subject,
        result: 'operation_disabled',
      })
      .catch(() => undefined);
    throw disabled(id, organization, named, why);
  }

  return {
    require: (request) => (isSession(request.caller) ? requireOn(request) : undefined),
  };
}

/**
 * What a session is told when it may not do something at the dashboard.
 * @param more flags that only the command line has, with their words
 */
export function disabled(
  id: OperationId,
  organization: string,
  input: Readonly<Record<string, unknown>>,
  why: string,
  more: readonly string[] = [],
): ApiError {
  const operation: Operation = operations[id];
  const cliEquivalent = commandLine(operation, organization, input, more);
  return new ApiError(
    'operation_disabled',
    why,
    cliEquivalent === undefined ? 'use a token' : `run: ${cliEquivalent}`,
    { disabled: { operation: id, category: operation.category, cliEquivalent } },
  );
}

async function refusalOf(
  store: PolicyStore,
  organization: string,
  id: OperationId,
  { policyGoverned, tokenOnly, summary }: Operation,
): Promise<string | undefined> {
  if (tokenOnly === true) return `this needs a token and cannot be done from the dashboard: ${lower(summary)}`;
  if (!policyGoverned) return undefined;
  try {
    const { state } = stateOf(await store.read(organization), id);
    return state === 'on' ? undefined : `the organization's policy keeps this from the dashboard: ${lower(summary)}`;
  } catch {
    return "the organization's policy cannot be read, so nothing can be changed from the dashboard";
  }
}

export function stateOf(
  { rules }: WritePolicy,
  id: OperationId,
): { readonly state: PolicyState; readonly rule: WritePolicy['rules'][number] | undefined } {
  return policyStateOf(operations, rules, id);
}

function lower(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}
