import { inspect } from 'node:util';

/** Frames below the author's function mean nothing to the author. */
const ownFrame =
  /^\s+at .*(?:\/agent\/(?:step-host|modules)\/|\/bundle\/step-host\.(?:mjs|script)|\(node:internal\/|at node:internal\/)/;

/** Drops the lines of a stack that are not the author's. */
export function withoutOwnFrames(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (const line of lines) {
    if (!ownFrame.test(line)) kept.push(line);
    // A stack's last line also opens the list of the error's other fields.
    else if (line.endsWith(' {')) kept.push(`${kept.pop() ?? ''} {`);
  }
  return kept;
}

/**
 * An error with its stack, causes and fields. Nothing is cut in the middle: the agent can mask only secrets that arrive
 * whole.
 */
export function describeError(error: unknown, maxBytes: number): string {
  const text = inspect(error, {
    depth: 6,
    maxStringLength: Number.POSITIVE_INFINITY,
    maxArrayLength: Number.POSITIVE_INFINITY,
    breakLength: 120,
  });
  const shown = withoutOwnFrames(text.split('\n')).join('\n');
  if (Buffer.byteLength(JSON.stringify(shown)) <= maxBytes) return shown;
  return `${error instanceof Error ? error.name : typeof error}, with more than ${maxBytes} bytes in its message; throw a smaller error`;
}
