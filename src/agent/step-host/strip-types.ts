import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import type { StrippedSource } from '../channel/from-agent.ts';

/** A message has room for that twice, however it is escaped. What is longer, Node.js strips where it is imported. */
const maxCharacters = 65_536;

/** The TypeScript in a folder and below it as JavaScript, in Node's own way. What cannot be read or does not parse is left to its import to tell. */
export function* stripFolder(folder: string): Generator<StrippedSource> {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') yield* stripFolder(path);
    const stripped = entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? stripFile(path) : undefined;
    if (stripped !== undefined) yield stripped;
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function stripFile(path: string): StrippedSource | undefined {
  // That Node calls the function experimental is nothing for the author's log.
  // oxlint-disable-next-line typescript/unbound-method -- it is put back as it was
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    const typescript = readFileSync(path, 'utf8');
    return typescript.length > maxCharacters ? undefined : { typescript, javascript: stripTypeScriptTypes(typescript) };
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
