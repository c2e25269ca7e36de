import { maxVariableBytes, variableBytes } from '@kici-dev/sdk';

/**
 * Limit for all variables together. By default Linux gives a process 2 MiB for arguments and variables; the rest is for
 * the command line.
 */
const maxEnvironmentBytes = 1_835_008;
/** Each variable also takes an entry in a list of pointers. */
const pointerBytes = 8;

type Variables = Readonly<Record<string, string | undefined>>;

/** How many of the bytes that the system gives a new process the variables take. */
export function environmentBytes(variables: Variables): number {
  return Object.entries(variables).reduce(
    (sum, [name, value]) => (value === undefined ? sum : sum + variableBytes(name, value) + pointerBytes),
    0,
  );
}

/** Why no program could be started with this variable among the others; `undefined` if one can. */
export function variableSizeProblem(name: string, value: string, others: Variables = {}): string | undefined {
  const own = variableBytes(name, value);
  if (own > maxVariableBytes)
    return `${name} would take ${own} bytes, and no program can be started with a variable that takes more than ${maxVariableBytes}; put the value in a file`;
  const all = environmentBytes({ ...others, [name]: value });
  return all > maxEnvironmentBytes
    ? `with ${name} all variables would take ${all} bytes, and no program can be started with more than ${maxEnvironmentBytes}; put large values in files`
    : undefined;
}
