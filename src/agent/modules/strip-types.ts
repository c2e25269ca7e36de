import { stripTypeScriptTypes } from 'node:module';
import { dirname, resolve } from 'node:path';
import { readPlainFileSync } from '../../files/plain-file.ts';
import type { StrippedSource } from '../channel/from-agent.ts';
import { isPlainJavaScript } from './plain-javascript.ts';

/** A message has room for that twice, however it is escaped. */
const maxCharacters = 65_536;
/** That many characters, whatever they are. */
const maxBytesOfFile = 4 * maxCharacters;
/** Every step gets all of it. */
const maxCharactersInAll = 262_144;

const relativeImport = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+\.ts)['"]/g;

/**
 * Files of TypeScript, and what they import of their own project, as JavaScript in Node's own way. What is too long,
 * cannot be read or does not parse is left to its import, which does the same or says what is wrong.
 */
export async function* stripFiles(files: readonly string[]): AsyncGenerator<StrippedSource> {
  const paths = new Set(files);
  let room = maxCharactersInAll;
  // A set gives what is added to it on the way, too.
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
