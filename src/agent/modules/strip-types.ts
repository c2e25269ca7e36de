import { stripTypeScriptTypes } from 'node:module';
import { dirname, resolve } from 'node:path';
import { readPlainFileSync } from '../../files/plain-file.ts';
import type { StrippedSource } from '../channel/from-agent.ts';
import { isPlainJavaScript } from './plain-javascript.ts';

/** A message has room for twice this, however it is escaped. */
const maxCharacters = 65_536;
/** The most bytes that so many characters can take. */
const maxBytesOfFile = 4 * maxCharacters;
/** For all files together, as every step receives them. */
const maxCharactersInAll = 262_144;

const relativeImport = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+\.ts)['"]/g;

/**
 * Strips TypeScript files, and what they import from their own project, to JavaScript the way Node.js does. Files that
 * are too long, unreadable or invalid are left to their import, which strips them or reports the error.
 */
export async function* stripFiles(files: readonly string[]): AsyncGenerator<StrippedSource> {
  const paths = new Set(files);
  let room = maxCharactersInAll;
  // Iterating over a set includes what is added on the way.
  for (const path of paths) {
    // oxlint-disable-next-line no-await-in-loop -- one file after another
    const stripped = await stripAnyFile(path);
    if (stripped === undefined || stripped.typescript.length > Math.min(room, maxCharacters)) continue;
    room -= stripped.typescript.length;
    yield stripped;
    for (const [, specifier] of stripped.javascript.matchAll(relativeImport))
      if (specifier !== undefined) paths.add(resolve(dirname(path), specifier));
  }
}

async function stripAnyFile(path: string): Promise<StrippedSource | undefined> {
  const typescript = readSource(path);
  if (typescript === undefined) return undefined;
  return (await isPlainJavaScript(typescript)) ? { typescript, javascript: typescript } : strip(typescript);
}

/** Every character keeps its place: types become blanks. `undefined`: it cannot be read, or does not parse. */
export function stripFile(path: string): StrippedSource | undefined {
  const typescript = readSource(path);
  return typescript === undefined ? undefined : strip(typescript);
}

function readSource(path: string): string | undefined {
  try {
    return readPlainFileSync(path, { maxBytes: maxBytesOfFile, links: 'follow' }).toString();
  } catch {
    return undefined;
  }
}

function strip(typescript: string): StrippedSource | undefined {
  // That Node calls the function experimental is nothing for the author's log.
  // oxlint-disable-next-line typescript/unbound-method -- it is put back as it was
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return { typescript, javascript: stripTypeScriptTypes(typescript) };
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
