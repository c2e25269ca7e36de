import { stripTypeScriptTypes } from 'node:module';
import { dirname, resolve } from 'node:path';
import { readPlainFileSync } from '../../files/plain-file.ts';
import type { StrippedSource } from '../channel/from-agent.ts';

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
export function* stripFiles(files: readonly string[]): Generator<StrippedSource> {
  const paths = new Set(files);
  let room = maxCharactersInAll;
  // Iterating over a set includes what is added on the way.
  for (const path of paths) {
    const stripped = stripFile(path);
    if (stripped === undefined || stripped.typescript.length > Math.min(room, maxCharacters)) continue;
    room -= stripped.typescript.length;
    yield stripped;
    for (const [, specifier] of stripped.javascript.matchAll(relativeImport))
      if (specifier !== undefined) paths.add(resolve(dirname(path), specifier));
  }
}

/** Types become blanks, so that every character keeps its place. `undefined` if the file cannot be read or parsed. */
export function stripFile(path: string): StrippedSource | undefined {
  // Node.js warns that the function is experimental, which does not belong in the author's log.
  // oxlint-disable-next-line typescript/unbound-method -- it is put back as it was
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    const typescript = readPlainFileSync(path, { maxBytes: maxBytesOfFile, links: 'follow' }).toString();
    return { typescript, javascript: stripTypeScriptTypes(typescript) };
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
