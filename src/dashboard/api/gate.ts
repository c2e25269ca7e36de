import { operations } from 'virtual:operations';
import type { OperationId } from '../../api/registry.ts';
import { useSession } from './session.tsx';

/** Why somebody who is signed in here may not do something. */
export interface Gate {
  readonly why: string;
  readonly next: string;
}

/** Operations that are off with another: what they do ends in a value. */
const valueEntries: readonly OperationId[] = ['secrets.set', 'secrets.restore'];

/** `undefined`: it may be done. The server decides; this only says so beforehand. */
export function useGate(): (id: OperationId) => Gate | undefined {
  const { permissions, role, policy, valueEntry } = useSession();
  return (id) => {
    const { permission } = operations[id];
    if (!permissions.includes(permission))
      return {
        why: `The role ${role} does not have the permission ${permission}.`,
        next: 'Somebody who has it can run:',
      };
    if (policy[id] === 'off')
      return {
        why: `The dashboard-write policy of this organisation keeps ${id} to the command line.`,
        next: 'With a token it is done by:',
      };
    if (valueEntry === 'off' && valueEntries.includes(id))
      return {
        why: 'The dashboard-write policy of this organisation keeps values to the command line.',
        next: 'With a token it is done by:',
      };
    return undefined;
  };
}
