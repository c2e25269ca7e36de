import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const temporary = /\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Removes the copies that killed processes left of a document. They hold nothing but what is encrypted.
 * @param name of the document, without its extension
 * @param staleMs after which a copy counts as left over
 */
export async function removeLeftovers(folder: string, name: string, staleMs: number, now: number): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter(
    (entry) => entry.startsWith(`.${name}.`) && temporary.test(entry),
  );
  await Promise.all(
    names.map(async (entry) => {
      const path = join(folder, entry);
      const stats = await stat(path).catch(() => undefined);
      if (stats !== undefined && now - stats.mtimeMs > staleMs) await unlink(path).catch(() => undefined);
    }),
  );
}
