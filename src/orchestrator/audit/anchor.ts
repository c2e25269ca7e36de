import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';

const headSchema = z.object({ sequence: z.int(), mac: z.string() });
export type AuditHead = z.output<typeof headSchema>;
const fileSchema = z.record(z.string(), headSchema);

/** The newest row of each organisation, kept outside the database, so that a cut-off tail shows. */
export interface AuditAnchor {
  read(organization: string): Promise<AuditHead | undefined>;
  write(heads: ReadonlyMap<string, AuditHead>): Promise<void>;
}

/** An anchor in a file, replaced as a whole. */
export function createFileAnchor(file: string): AuditAnchor {
  let last: Promise<Record<string, AuditHead>> | undefined;
  const load = async (): Promise<Record<string, AuditHead>> => {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
      throw error;
    }
    return fileSchema.parse(JSON.parse(text));
  };
  return {
    async read(organization) {
      const heads = await load();
      return Object.hasOwn(heads, organization) ? heads[organization] : undefined;
    },
    async write(heads) {
      last ??= load();
      const merged = { ...await last, ...Object.fromEntries(heads) };
      last = Promise.resolve(merged);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const temporary = `${file}.${process.pid}.new`;
      const handle = await open(temporary, 'w', 0o600);
      try {
        await handle.writeFile(JSON.stringify(merged));
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
    },
  };
}
