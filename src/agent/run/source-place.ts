import { relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPlainFileSync } from '../../files/plain-file.ts';
import type { SourcePlace } from './events.ts';

const frame = /^\s+at (?:.*\()?((?:file:\/\/)?[^()]+?):(\d+):(\d+)\)?(?: \{)?$/gm;
const maxBytesOfFile = 262_144;

/**
 * Where a step's error came from: the first line of its stack in the project, else the line that defines the step. A
 * step can forge its stack, so it serves for pointing and nothing else.
 * @param file of the workflow; absolute
 */
export function placeOf(error: string, root: string, file: string, job: string, step: string): SourcePlace | undefined {
  for (const [, path = '', line, column] of error.matchAll(frame)) {
    const own = withinProject(path, root);
    if (own !== undefined) return { file: own, line: Number(line), column: Number(column) };
  }
  return definitionOf(root, file, job, step);
}

function withinProject(path: string, root: string): string | undefined {
  const whole = path.startsWith('file:') ? pathOf(path) : resolve(root, path);
  const own = whole.startsWith(root + sep) ? relative(root, whole) : undefined;
  return own?.includes('node_modules') === true ? undefined : own;
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return '';
  }
}

/** Searched by text, so a name that code computes is not found. */
function definitionOf(root: string, file: string, job: string, step: string): SourcePlace | undefined {
  let source: string;
  try {
    source = readPlainFileSync(file, { maxBytes: maxBytesOfFile, links: 'follow' }).toString();
  } catch {
    return undefined;
  }
  const found = callOf(source, job, step);
  if (found === undefined) return undefined;
  const before = source.slice(0, found).split('\n');
  return { file: relative(root, file), line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function callOf(source: string, job: string, step: string): number | undefined {
  let first: number | undefined;
  let around = '';
  for (const { index, groups } of source.matchAll(/\b(?<call>job|step)\(\s*(?<quote>['"`])(?<name>.*?)\k<quote>/g)) {
    if (groups?.['call'] === 'job') around = groups['name'] ?? '';
    else if (groups?.['name'] === step) {
      if (around === job) return index;
      first ??= index;
    }
  }
  return first;
}
