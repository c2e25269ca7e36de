import type { BackendCapabilities, CallContext, ReadOutcome } from '@kici-dev/secret-backend';
import { missing, path, ref, toValue, type ListedNames, type World } from './world.ts';

/** The operations that every trait covers: faults, cancelling, closing, leaks. */
export type OperationName = 'list' | 'read' | 'batch' | 'write' | 'delete' | 'check';

export interface TriedOperation {
  readonly name: OperationName;
  readonly when: (capabilities: BackendCapabilities) => boolean;
  run(world: World, context: CallContext): Promise<OperationAnswer>;
}

/** What came back, for cases that inspect it. */
export interface OperationAnswer {
  readonly outcomes?: readonly ReadOutcome[];
  readonly listing?: ListedNames;
}

/** What `seedTargets` stores and operations use: two scopes, and a neighbour that nobody touches. */
export const target = ref('apps/shop', 'TOKEN');
export const second = ref('apps/other', 'TOKEN');
export const neighbour = ref('apps/shop', 'NEIGHBOUR');
export const replacement = 'canary-replacement-5d20c1';
/** Distinctive enough never to appear by chance. */
export const values = {
  target: 'canary-target-94f7ab',
  second: 'canary-second-1be03c',
  neighbour: 'canary-neighbour-c7715e',
};

export async function seedTargets(world: World): Promise<void> {
  await world.seed(target, values.target);
  await world.seed(second, values.second);
  await world.seed(neighbour, values.neighbour);
}

const always = (): boolean => true;

export const operations: readonly TriedOperation[] = [
  {
    name: 'list',
    when: always,
    run: async (world, context) => ({ listing: await world.list({ scope: path('apps'), depth: 'tree' }, context) }),
  },
  { name: 'read', when: always, run: async (world, context) => ({ outcomes: await world.read([target], context) }) },
  {
    name: 'batch',
    when: always,
    run: async (world, context) => ({ outcomes: await world.read([target, second], context) }),
  },
  {
    name: 'write',
    when: (can) => can.write,
    async run({ backend }, context) {
      await (backend.write?.({ ...target, value: toValue(replacement) }, context) ?? missing('write'));
      return {};
    },
  },
  {
    name: 'delete',
    when: (can) => can.delete,
    async run({ backend }, context) {
      await (backend.delete?.(target, context) ?? missing('delete'));
      return {};
    },
  },
  {
    name: 'check',
    when: always,
    async run({ backend }, context) {
      await backend.check(context);
      return {};
    },
  },
];
