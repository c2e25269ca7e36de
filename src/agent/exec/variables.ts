import { JobEnvironment } from '../environment/job-environment.ts';
import { variableSizeProblem } from '../environment/variable-size.ts';
import { AgentError } from '../agent-error.ts';
import type { ExecOptions } from './options.ts';
import type { Given, Handed } from './handover.ts';

/** Our own credentials, with which the program could get what it was not given. */
const withheld: ReadonlySet<string> = new Set(['KICI_TOKEN', 'KICI_SECRET_KEY']);

/**
 * The caller's whole environment, overridden by the environment's plain variables, overridden by secrets.
 * @param mount writes a file and returns its path
 * @throws AgentError (`variable_refused`, `variable_too_large`)
 */
export async function childVariables(
  { inherited, notice }: Pick<ExecOptions, 'inherited' | 'notice'>,
  { plain, variables, files }: Handed,
  mount: (value: Uint8Array) => Promise<string>,
): Promise<Record<string, string>> {
  const own = new JobEnvironment({ variables: plain, jobEnv: {}, secrets: [], path: inherited['PATH'] ?? '' });
  for (const message of own.ignored) notice(message);
  const all = new Map([
    ...Object.entries(inherited).flatMap(([name, value]) =>
      value === undefined || withheld.has(name) ? [] : [[name, value] as const],
    ),
    ...Object.entries(own.variables()),
    ...variables.map((given) => [given.variable, textOf(given)] as const),
  ]);
  for (const { variable, value } of files) all.set(variable, await mount(value.bytes()));
  const result = Object.fromEntries(all);
  for (const { variable } of [...variables, ...files]) {
    const problem = variableSizeProblem(variable, result[variable] ?? '', result);
    if (problem !== undefined) throw new AgentError('variable_too_large', problem, 'hand it over with --file');
  }
  return result;
}

function textOf({ key, value }: Given): string {
  const text = value.text();
  if (text !== undefined && !text.includes('\0')) return text;
  throw new AgentError(
    'variable_refused',
    `the value of ${key} is not text without NUL bytes, which is all that a variable can hold`,
    `hand it over as a file: --file VARIABLE=${key}`,
  );
}
