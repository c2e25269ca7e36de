import type * as z from 'zod';
import type { unavailablePart } from '../../api/fields.ts';
import { printable } from '../terminal/io.ts';
import type { Result } from './command.ts';
import { count } from './format.ts';

type Part = z.output<typeof unavailablePart>;

/**
 * Tells the person at the terminal what a list lacks. If a backend could not be queried, the list must not be compared
 * or acted upon, and the exit code says so; the state of a scope is an answer like any other.
 */
export function withGaps(result: Result, parts: readonly Part[]): Result {
  if (parts.length === 0) return result;
  const notice = [...(result.notice === undefined ? [] : [result.notice]), ...parts.map(described)].join('\n');
  const [first, ...others] = parts.filter(({ answered }) => !answered);
  if (first === undefined) return { ...result, notice };
  const also = others.length === 0 ? '' : `, and ${count(others.length, 'more cause', 'more causes')}`;
  return {
    ...result,
    notice,
    failure: {
      code: 'incomplete',
      message: `the list is not complete: ${placeOf(first)} could not be queried [${first.code}]${also}`,
      hint: first.hint,
    },
  };
}

function described(part: Part): string {
  const verdict = part.answered ? 'its keys are not known' : 'could not be queried';
  const bound = part.bindings === undefined ? '' : `; bound by ${part.bindings.join(', ')}`;
  const about = part.about === undefined ? '' : ` (${part.about})`;
  const reason = part.reason === undefined ? '' : ` [${part.reason}]`;
  return printable(`${placeOf(part)}: ${verdict}: ${part.meaning}${about} [${part.code}]${reason}${bound}`);
}

function placeOf({ backend, scopes }: Part): string {
  return scopes.length === 0 ? backend : scopes.map((scope) => `${backend}:${scope}`).join(', ');
}
