import type { SecretValue } from '@kici-dev/secret-backend';
import { isPattern, isStated } from '../../api/stated-keys.ts';
import { variableNameProblem } from '../../api/variable-names.ts';
import { isListed } from '../channel/from-agent.ts';
import type { Variable } from '../environment/job-environment.ts';
import { AgentError } from '../agent-error.ts';
import { described, howToSet } from '../run/stated-keys.ts';
import type { JobSession, SecretRead } from '../session/job-session.ts';

/** What a program is given. */
export interface Handover {
  /** Keys that become variables; `*` stands for any characters. */
  readonly keys: readonly string[] | 'all';
  /** Precedes each key's name. */
  readonly prefix: string;
  /** Keys whose values become files, and the variables that hold the paths; `all` leaves these keys out. */
  readonly files: readonly { readonly variable: string; readonly key: string }[];
}

export interface Given {
  readonly key: string;
  readonly variable: string;
  readonly value: SecretValue;
}

export interface Handed {
  readonly variables: readonly Given[];
  readonly files: readonly Given[];
  readonly plain: readonly Variable[];
  readonly notices: readonly string[];
}

/** Reads everything at once, or nothing. @throws AgentError that names every unavailable key */
export async function readHandover(session: JobSession, handover: Handover): Promise<Handed> {
  if (session.missing.length > 0)
    throw new AgentError(
      'secret_missing',
      `not every secret has a value: ${session.missing.map(described).join('; ')}`,
      `correct --only and --file, or ${howToSet(session)}`,
    );
  const keys = keysOf(session, handover);
  const names = [...keys.map((key) => ({ key, variable: `${handover.prefix}${key}` })), ...handover.files];
  requireNames(names);
  const read = await session.read(new Set(names.map(({ key }) => key)));
  const values = requireValues(read);
  const given = (list: readonly { key: string; variable: string }[]): readonly Given[] =>
    list.flatMap(({ key, variable }) => {
      const value = values.get(key);
      return value === undefined ? [] : [{ key, variable, value }];
    });
  return {
    variables: given(names.slice(0, keys.length)),
    files: given(handover.files),
    plain: session.variables,
    notices: session.notices,
  };
}

function keysOf({ catalogue }: JobSession, { keys, files }: Handover): readonly string[] {
  const listed = catalogue.filter(isListed).map(({ key }) => key);
  if (keys === 'all') return listed.filter((key) => !files.some((file) => file.key === key));
  return [...new Set([...keys.filter((key) => !isPattern(key)), ...listed.filter((key) => isStated(keys, key))])];
}

/** Nothing is left out silently. @throws AgentError (`variable_refused`) */
function requireNames(names: readonly { readonly key: string; readonly variable: string }[]): void {
  const seen = new Set<string>();
  const problems = names.flatMap(({ variable }) => {
    const problem = variableNameProblem(variable)?.message;
    if (problem !== undefined) return [problem];
    if (seen.has(variable)) return [`two secrets map to the variable ${variable}`];
    seen.add(variable);
    return [];
  });
  if (problems.length > 0)
    throw new AgentError(
      'variable_refused',
      problems.join('; '),
      'name the others with --only, give --prefix, or hand such a secret over as a file: --file VARIABLE=KEY',
    );
}

/** @throws AgentError (`secret_missing`, `secret_unavailable`) */
function requireValues(read: ReadonlyMap<string, SecretRead>): ReadonlyMap<string, SecretValue> {
  const values = new Map<string, SecretValue>();
  const missing: string[] = [];
  const unavailable: string[] = [];
  for (const [key, result] of read) {
    if (result.status === 'value') values.set(key, result.value);
    else if (result.status === 'unavailable')
      unavailable.push(`${key} is unavailable: ${result.meaning} [${result.code}]; ${result.hint}`);
    else missing.push(result.status === 'not_set' ? `${key} is declared and not set` : `there is no ${key}`);
  }
  // Waiting does not help against a missing secret, so that is reported first.
  if (missing.length > 0)
    throw new AgentError(
      'secret_missing',
      `not every secret has a value: ${missing.join('; ')}`,
      'correct --only and --file, or set them with `kici-admin secret set`',
    );
  if (unavailable.length > 0)
    throw new AgentError('secret_unavailable', unavailable.join('; '), 'name those that the program needs with --only');
  return values;
}
