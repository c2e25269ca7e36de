import { closeSync, openSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { AgentError } from '../agent-error.ts';

const pattern = /^kici-(?:step|exchange|copy)-[0-9a-f]{32}$/;
const groupPattern = /^kici-group-[0-9a-f]{32}$/;
const containerPattern = /^kici-container-[0-9a-f]{32}$/;

/**
 * Absolute, as every path that is given out or kept in the journal must be; an empty variable names no folder.
 * @throws AgentError
 */
export function temporaryPlace(named: string | undefined): string {
  const folder = resolve(named === undefined || named === '' ? tmpdir() : named);
  if (folder.includes('\n'))
    throw new AgentError(
      'cannot_write',
      `the folder for temporary files, ${JSON.stringify(folder)}, has a line break in its name, which the journal cannot record`,
      'choose another with TMPDIR or --mount-dir',
    );
  return folder;
}

/** A name that nobody can guess and that a sweep recognizes. */
export function temporaryName(kind: 'step' | 'exchange' | 'copy' | 'group' | 'container'): string {
  return `kici-${kind}-${randomBytes(16).toString('hex')}`;
}

/** The first process of a run is named before there is time to load node:crypto, which asks the same source. */
function randomBytes(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  const source = openSync('/dev/urandom', 'r');
  try {
    if (readSync(source, bytes) !== count) throw new Error('the system gave too few random bytes');
    return bytes;
  } finally {
    closeSync(source);
  }
}

export function isTemporaryFolder(path: string): boolean {
  return isAbsolute(path) && pattern.test(basename(path));
}

/** Of the control group of a step's processes. */
export function isGroupFolder(path: string): boolean {
  return isAbsolute(path) && groupPattern.test(basename(path));
}

/** Where the commands of a step write to, if the folder is its exchange. */
export function envFile(folder: string): string {
  return join(folder, 'env');
}

export function isContainerName(name: string): boolean {
  return containerPattern.test(name);
}
