import { nearMatches } from '@kici-dev/secret-backend';
import type { ShellOptions } from '@kici-dev/sdk';
import { variableSizeProblem } from '../../environment/variable-size.ts';
import { invalidCommand } from './command-text.ts';

/** The longest time that a Node.js timer can wait. */
const maxTimeoutMs = 2_147_483_647;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** For each option, what is wrong with a value; `undefined`: nothing. */
const checks: Readonly<Record<keyof ShellOptions, (value: unknown) => string | undefined>> = {
  cwd: (value) => (typeof value === 'string' && !value.includes('\0') ? undefined : 'is not a path of a folder'),
  env: variablesProblem,
  input: (value) =>
    typeof value === 'string' || value instanceof Uint8Array ? undefined : 'is neither text nor bytes',
  nothrow: booleanProblem,
  quiet: booleanProblem,
  timeout: (value) =>
    timeoutOf(value) === undefined ? 'is neither milliseconds nor a duration such as "30s"' : undefined,
};

/**
 * Checks the options of `ctx.$({ … })`, which can be anything if the author's code is not type-checked.
 * @throws ShellError (`invalid_command`)
 */
export function checkOptions(options: ShellOptions): void {
  if (typeof options !== 'object' || options === null)
    throw invalidCommand('it is neither a template nor options; write ctx.$`…`, or ctx.$({ … })`…`');
  for (const [name, value] of Object.entries(options)) {
    if (!isOption(name)) {
      const near = nearMatches(name, Object.keys(checks));
      throw invalidCommand(
        `there is no option ${JSON.stringify(name)}; ${near.length === 0 ? `the options are ${Object.keys(checks).join(', ')}` : `did you mean ${near.join(' or ')}?`}`,
      );
    }
    const problem = value === undefined ? undefined : checks[name](value);
    if (problem !== undefined) throw invalidCommand(`its option ${name} ${problem}`);
  }
}

/** An option `timeout` in milliseconds; `undefined` if it is invalid. */
export function timeoutOf(value: unknown): number | undefined {
  const [, count, unit = 'ms'] = /^(\d+)(ms|s|m)$/.exec(typeof value === 'number' ? `${value}ms` : String(value)) ?? [];
  const ms = Number(count) * (unitMs[unit] ?? Number.NaN);
  return ms > 0 && ms <= maxTimeoutMs ? ms : undefined;
}

function isOption(name: string): name is keyof ShellOptions {
  return Object.hasOwn(checks, name);
}

function booleanProblem(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : 'is neither true nor false';
}

function variablesProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'is not an object of variables';
  for (const [name, text] of Object.entries(value)) {
    if (text === undefined) continue;
    if (typeof text !== 'string') return `gives ${name} a value that is not text`;
    if (text.includes('\0')) return `gives ${name} a value with a NUL byte, which no variable can hold`;
    const problem = variableSizeProblem(name, text);
    if (problem !== undefined) return `is too large: ${problem}`;
  }
  return undefined;
}
