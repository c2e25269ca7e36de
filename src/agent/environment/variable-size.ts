import { maxVariableBytes, variableBytes } from '@kici-dev/sdk';

/**
 * Of all variables together. Linux gives a process 2 MiB for its arguments and its variables, unless told otherwise; the
 * rest is for a command line.
 */
const maxEnvironmentBytes = 1_835_008;
/** Each of them also takes a place in a list. */
const pointerBytes = 8;

type Variables = Readonly<Record<string, string | undefined>>;

/** How many bytes the variables take of what the system gives a process to start with. */
export function environmentBytes(variables: Variables): number {
  return Object.entries(variables).reduce(
    (sum, [name, value]) => (value === undefined ? sum : sum + variableBytes(name, value) + pointerBytes),
    0,
  );
}

/** Why no program could be started with such a variable, among the others; `undefined` when one can. */
export function variableSizeProblem(name: string, value: string, others: Variables = {}): string | undefined {
  const own = variableBytes(name, value);
  if (own > maxVariableBytes)
    return `${name} would take ${own} bytes, and no program can be started with a variable that takes more than ${maxVariableBytes}; put the value in a file`;
  const all = environmentBytes({ ...others, [name]: value });
  return all > maxEnvironmentBytes
    ? `with ${name} all variables would take ${all} bytes, and no program can be started with more than ${maxEnvironmentBytes}; put large values in files`
    : undefined;
}
