import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import * as sdk from '@kici-dev/sdk';

/** Of what calls an author's function: as it is written, or with all else in a bundle. */
const ownFolders = [import.meta.dirname, join(import.meta.dirname, '../modules')].map((folder) => `${folder}${sep}`);
const ownPlaces = [...ownFolders, ...ownFolders.map((folder) => pathToFileURL(folder).href), 'node:internal/'];

/** Frames below the author's function mean nothing to the author. */
function isOwnFrame(line: string): boolean {
  return /^\s+at /.test(line) && ownPlaces.some((place) => line.includes(`(${place}`) || line.includes(` ${place}`));
}

/** Drops the lines of a stack that are not the author's. */
export function withoutOwnFrames(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (const line of lines) {
    if (!isOwnFrame(line)) kept.push(line);
    // A stack's last line also opens the list of the error's other fields.
    else if (line.endsWith(' {')) kept.push(`${kept.pop() ?? ''} {`);
  }
  return kept;
}

function missingImport(error: unknown): readonly string[] {
  const name = error instanceof ReferenceError ? /^(\w+) is not defined$/.exec(error.message)?.[1] : undefined;
  if (name === undefined || !Object.hasOwn(sdk, name)) return [];
  return [`${name} is exported by @kici-dev/sdk: import { ${name} } from '@kici-dev/sdk'`];
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
  const shown = [...withoutOwnFrames(text.split('\n')), ...missingImport(error)].join('\n');
  if (Buffer.byteLength(JSON.stringify(shown)) <= maxBytes) return shown;
  return `${error instanceof Error ? error.name : typeof error}, with more than ${maxBytes} bytes in its message; throw a smaller error`;
}
