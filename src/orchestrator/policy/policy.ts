import type { ValueEntryMode } from '../../api/dashboard-session.ts';
import { ApiError } from '../../api/api-error.ts';
import type { Operation } from '../../api/operation.ts';
import { operations, type OperationId } from '../../api/registry.ts';
import { rolePermissions } from '../../api/roles.ts';
import { policySubjects, withRule, type PolicyState } from '../../api/write-policy.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { actorOf, type Call, type Caller } from '../caller.ts';
import type { HandlersFor, OperationOutput } from '../handlers.ts';
import { audited } from '../http/audited.ts';
import { rfc3339 } from '../time.ts';
import { stateOf } from './gate.ts';
import { openPolicy, type PolicyStore, type WritePolicy } from './store.ts';

type Rules = readonly WritePolicy['rules'][number][];
type SealingKey = OperationOutput<'secrets.sealingKey'>;
type Changed = OperationOutput<'policy.set'>;

/** Handlers of the operations on the dashboard-write policy. */
export function createPolicy(
  store: PolicyStore,
  audit: AuditLog,
  sealingKeyOf: (organization: string) => Promise<SealingKey>,
  now: () => number,
): HandlersFor<'policy.show' | 'policy.set' | 'policy.reset'> {
  /** Each changed operation has its own rows; all intents precede the effect. */
  async function replace(
    call: Call,
    operation: 'policy.set' | 'policy.reset',
    before: WritePolicy | undefined,
    after: WritePolicy,
  ): Promise<Changed> {
    const from = before ?? closedPolicy;
    const changes = governed.flatMap((id) => {
      const [was, is] = [stateOf(from, id).state, stateOf(after, id).state];
      return was === is ? [] : [{ operation: id, from: was, to: is }];
    });
    const { organization, requestId } = call;
    const entry = { organization, operation, actor: actorOf(call.caller), requestId };
    const written = changes.reduceRight<() => Promise<unknown>>(
      (effect, change) => () => audited(audit, 'write', { ...entry, subject: change }, {}, effect),
      async () => {
        if (!(await store.replace(call.organization, before, after)))
          throw new ApiError('conflict', 'the policy was changed by somebody else in the meantime');
      },
    );
    await written();
    const [entryBefore, entryAfter] = [valueEntryOf(from), valueEntryOf(after)];
    return {
      ...view(after, call.caller, await sealingKeyOf(call.organization)),
      changes,
      ...(entryBefore !== entryAfter && { valueEntryChange: { from: entryBefore, to: entryAfter } }),
      ...(from.plainReads !== after.plainReads && {
        plainReadsChange: { from: switchOf(from.plainReads), to: switchOf(after.plainReads) },
      }),
    };
  }

  return {
    async 'policy.show'(_, { caller, organization }) {
      return view(await store.read(organization), caller, await sealingKeyOf(organization));
    },
    async 'policy.set'(input, call) {
      const before = await store.read(call.organization);
      const added = rulesOf(input).map((rule) => ({ ...rule, at: now(), by: actorOf(call.caller) }));
      return replace(call, 'policy.set', before, {
        ...before,
        rules: [...added.reduce<Rules>((rules, rule) => withRule(operations, rules, rule), before.rules)],
        sealedValues: input.valueEntry === undefined ? before.sealedValues : input.valueEntry === 'sealed',
        plainReads: input.plainReads === undefined ? before.plainReads : input.plainReads === 'on',
      });
    },
    async 'policy.reset'(_, call) {
      const before = await store.read(call.organization).catch((error: unknown) => {
        if (ApiError.is(error) && error.code === 'unsupported') return undefined;
        throw error;
      });
      return replace(call, 'policy.reset', before, openPolicy);
    },
  };
}

const governed = ids().filter((id) => operations[id].policyGoverned);

/** Stands for a policy that cannot be read. */
const closedPolicy: WritePolicy = {
  format: 1,
  rules: policySubjects(operations).map((what) => ({ what, state: 'off', at: 0, by: '' })),
  sealedValues: false,
  plainReads: false,
};

export function valueEntryOf(policy: WritePolicy): ValueEntryMode {
  if (stateOf(policy, 'secrets.set').state === 'off') return 'off';
  return policy.sealedValues ? 'sealed' : 'open';
}

/** Whether sessions may do each operation; nothing if the policy cannot be read. */
export async function policyStates(
  store: PolicyStore,
  organization: string,
): Promise<{ readonly policy: Readonly<Record<string, PolicyState>>; readonly valueEntry: ValueEntryMode }> {
  const policy = await store.read(organization).catch(() => closedPolicy);
  return {
    policy: Object.fromEntries(
      ids().flatMap((id): [string, PolicyState][] => {
        const operation: Operation = operations[id];
        if (operation.tokenOnly === true) return [[id, 'off']];
        return operation.policyGoverned ? [[id, stateOf(policy, id).state]] : [];
      }),
    ),
    valueEntry: valueEntryOf(policy),
  };
}

/** Broader rules come first, so that narrower ones override them; where both are said, off wins. */
function rulesOf({
  disable,
  enable,
  valueEntry,
  plainReads,
}: {
  readonly disable: readonly string[];
  readonly enable: readonly string[];
  readonly valueEntry?: ValueEntryMode | undefined;
  readonly plainReads?: PolicyState | undefined;
}): readonly { readonly what: string; readonly state: PolicyState }[] {
  const subjects = policySubjects(operations);
  const unknown = [...disable, ...enable].find((what) => !subjects.includes(what));
  if (unknown !== undefined)
    throw new ApiError(
      'invalid_request',
      `${JSON.stringify(unknown)} is not something that the policy controls`,
      `there are ${subjects.join(', ')}`,
    );
  const both = disable.find((what) => enable.includes(what));
  if (both !== undefined) throw new ApiError('invalid_request', `${both} is both disabled and enabled`, 'choose one');
  if (valueEntry === undefined && plainReads === undefined && disable.length + enable.length === 0)
    throw new ApiError(
      'invalid_request',
      'nothing to change',
      'add --disable, --enable, --value-entry or --plain-reads',
    );
  const entry = 'secrets.set';
  if (valueEntry === 'off' && enable.includes(entry))
    throw new ApiError('invalid_request', `${entry} is how values are entered, and is enabled here`, 'choose one');
  if (valueEntry !== undefined && valueEntry !== 'off' && disable.includes(entry))
    throw new ApiError('invalid_request', `${entry} is how values are entered, and is disabled here`, 'choose one');
  const broad = (what: string): boolean => what.includes(':');
  const all = [
    ...enable.map((what) => ({ what, state: 'on' }) as const),
    ...disable.map((what) => ({ what, state: 'off' }) as const),
    ...(valueEntry === undefined ? [] : [{ what: entry, state: valueEntry === 'off' ? 'off' : 'on' } as const]),
  ];
  return [...all.filter(({ what }) => broad(what)), ...all.filter(({ what }) => !broad(what))];
}

function view(policy: WritePolicy, caller: Caller, sealingKey: SealingKey): OperationOutput<'policy.show'> {
  const maySeeWho = caller.kind === 'token' && rolePermissions[caller.role].includes('audit:read');
  return {
    valueEntry: valueEntryOf(policy),
    plainReads: switchOf(policy.plainReads),
    sealingKey,
    operations: governed.map((id) => {
      const { state, rule } = stateOf(policy, id);
      const { category, sensitivity } = operations[id];
      return {
        operation: id,
        category,
        sensitivity,
        state,
        ...(rule !== undefined && { rule: rule.what, since: rfc3339(rule.at) }),
        ...(rule !== undefined && maySeeWho && { by: rule.by }),
      };
    }),
  };
}

function switchOf(isOn: boolean): PolicyState {
  return isOn ? 'on' : 'off';
}

function ids(): readonly OperationId[] {
  // `Object.keys` forgets that the keys are exactly the ids.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.keys(operations) as OperationId[];
}
