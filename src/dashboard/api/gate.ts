import { operations } from 'virtual:operations';
import type { OperationId } from '../../api/registry.ts';
import { actorName } from './actor.ts';
import { useRead } from './queries.ts';
import { useSession } from './session.tsx';

/** Why a signed-in user may not do something here. */
export interface Gate {
  readonly why: string;
  readonly next: string;
  /** When it was decided. */
  readonly since?: string | undefined;
}

const atCommandLine = 'With a token, run:';

/** `undefined`: it may be done. The server decides; this only tells beforehand. */
export function useGate(): (id: OperationId) => Gate | undefined {
  const { permissions, role } = useSession();
  const { data: policy } = useRead('policy.show', {});
  return (id) => {
    const { permission, tokenOnly } = operations[id];
    if (!permissions.includes(permission))
      return {
        why: `The role ${role} does not have the permission ${permission}.`,
        next: 'Somebody who has it can run:',
      };
    if (tokenOnly === true) return { why: 'This cannot be done from the dashboard.', next: atCommandLine };
    const decided = policy?.operations.find(({ operation }) => operation === id);
    if (decided?.state !== 'off') return undefined;
    const by = decided.by === undefined ? '' : `, set by ${actorName(decided.by)}`;
    return {
      why: `The dashboard-write policy of this organization keeps ${id} to the command line (rule ${decided.rule ?? id}${by}).`,
      next: atCommandLine,
      since: decided.since,
    };
  };
}
