import { randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import * as z from 'zod';

const headSchema = z.object({ sequence: z.int(), mac: z.string() });
export type AuditHead = z.output<typeof headSchema>;
const fileSchema = z.record(z.string(), headSchema);

/** The newest row of each organisation, kept outside the database, so that a cut-off tail shows. */
export interface AuditAnchor {
  /** Rejects when there is an anchor that cannot be read. */
  read(organization: string): Promise<AuditHead | undefined>;
  write(heads: ReadonlyMap<string, AuditHead>): Promise<void>;
}

type Heads = ReadonlyMap<string, AuditHead>;

/** An anchor in a file of a folder that exists, replaced as a whole. A head never moves back, provided that nobody else writes meanwhile. */
export function createFileAnchor(file: string): AuditAnchor {
  return {
    read: async (organization) => (await load(file)).get(organization),
    async write(heads) {
      await replace(file, JSON.stringify(Object.fromEntries(newest(await load(file), heads))));
    },
  };
}

async function load(file: string): Promise<Heads> {
  try {
    return new Map(Object.entries(fileSchema.parse(JSON.parse(await readFile(file, 'utf8')))));
  } catch (error) {
    if (isMissing(error)) return new Map();
    throw error;
  }
}

function newest(left: Heads, right: Heads): Heads {
  const merged = new Map(left);
  for (const [organization, head] of right)
    if ((merged.get(organization)?.sequence ?? 0) <= head.sequence) merged.set(organization, head);
  return merged;
}

async function replace(file: string, text: string): Promise<void> {
  const fresh = `${file}.${randomUUID()}`;
  const handle = await open(fresh, 'wx', 0o600);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
