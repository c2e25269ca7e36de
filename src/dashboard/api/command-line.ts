import { operations } from 'virtual:operations';
import { commandLine as lineOf } from '../../api/command-line.ts';
import type { ClientInput, OperationId } from '../../api/registry.ts';

/** The known part of an input. */
export type KnownInput<Id extends OperationId> = {
  readonly [Name in keyof ClientInput<Id>]?: ClientInput<Id>[Name] | undefined;
};

/**
 * The whole command that does the same, ready for a shell; never contains a value.
 * @param more flags that only the command line has, with their words
 */
export function commandLine<Id extends OperationId>(
  organization: string,
  id: Id,
  input: KnownInput<Id>,
  more: readonly string[] = [],
): string {
  return lineOf(operations[id], organization, { ...input }, more) ?? '';
}
