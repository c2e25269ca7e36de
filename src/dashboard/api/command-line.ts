import { operations } from 'virtual:operations';
import { commandLine as lineOf, shellWord } from '../../api/command-line.ts';
import type { ClientInput, OperationId } from '../../api/registry.ts';

/** As much of an input as is known yet. */
type Known<Id extends OperationId> = { readonly [Name in keyof ClientInput<Id>]?: ClientInput<Id>[Name] | undefined };

/**
 * The whole command that does the same, ready for a shell; a value is never part of it.
 * @param more flags that only the command line has, and their words
 */
export function commandLine<Id extends OperationId>(
  organization: string,
  id: Id,
  input: Known<Id>,
  more: readonly string[] = [],
): string {
  const line = lineOf(operations[id], organization, { ...input }) ?? '';
  return [line, ...more.map(shellWord)].join(' ');
}
