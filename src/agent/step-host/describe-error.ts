import { inspect } from 'node:util';

/** Frames below the author's own function say nothing to the author. */
const ownFrame = /^\s+at .*(?:\/agent\/step-host\/|\/bundle\/step-host\.mjs|\(node:internal\/|at node:internal\/)/;

/**
 * An error with its stack, causes and fields. Nothing is cut off in the middle: the agent can only mask a secret that
 * arrives whole.
 */
export function describeError(error: unknown, maxBytes: number): string {
  const text = inspect(error, {
    depth: 6,
    maxStringLength: Number.POSITIVE_INFINITY,
    maxArrayLength: Number.POSITIVE_INFINITY,
    breakLength: 120,
  });
  const shown = text
    .split('\n')
    .filter((line) => !ownFrame.test(line))
    .join('\n');
  if (Buffer.byteLength(JSON.stringify(shown)) <= maxBytes) return shown;
  return `${error instanceof Error ? error.name : typeof error}, with more than ${maxBytes} bytes to say; throw a smaller error`;
}
