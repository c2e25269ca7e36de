import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowData } from '../../../agent/channel/to-agent.ts';
import type { Io } from '../../terminal/io.ts';
import { paint } from '../../terminal/report.ts';
import { boundEnvironments } from './bound.ts';
import { environmentsOf } from './render.ts';
import { typesFile } from './types-file.ts';

/** Enough for the file's header, which names the environments, however many there are. */
const headBytes = 16_384;

/**
 * Tells a person at a terminal, in one line, that the declarations are missing or do not match the environments that
 * the workflows bind. Reads only the head of one file, so nobody waits for a server.
 */
export async function offerTypes(root: string, workflows: readonly WorkflowData[], io: Io): Promise<void> {
  if (io.stderr.isTTY !== true || (io.environment['CI'] ?? '') !== '') return;
  const bound = boundEnvironments(workflows).map(({ name }) => name);
  if (bound.length === 0) return;
  const known = await headOf(join(root, typesFile));
  const missing = bound.filter((name) => known?.includes(name) !== true);
  if (missing.length === 0) return;
  const what = known === undefined ? `${typesFile} is not there` : `${typesFile} lacks ${missing.join(', ')}`;
  io.stderr.write(`${paint(io, 'dim', `kici: ${what}; \`kici types\` writes the names of secrets for your editor`)}\n`);
}

async function headOf(path: string): Promise<readonly string[] | undefined> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(headBytes) });
    return environmentsOf(buffer.toString('utf8', 0, bytesRead)) ?? [];
  } catch {
    return undefined;
  }
}
