import { randomFillSync } from 'node:crypto';
import { mkdir, readFile, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Journal } from '../../../src/agent/mounts/journal.ts';
import { ProjectCopy } from '../../../src/agent/project-view/project-copy.ts';

// node copy-blocks.ts FOLDER PROJECT: copies a project into the folder, and prints what that took of its file system.
const [folder = '', project = ''] = process.argv.slice(2);
const contents = randomFillSync(Buffer.alloc(8 * 1_048_576));

async function usedBytes(): Promise<number> {
  const { blocks, bfree, bsize } = await statfs(folder);
  return (blocks - bfree) * bsize;
}

await mkdir(project, { recursive: true });
await writeFile(join(project, 'large'), contents);
const journal = await Journal.open(join(folder, 'journal'), async () => false);
const before = await usedBytes();
const copy = await ProjectCopy.make(project, { mounts: [] }, folder, journal);
const taken = (await usedBytes()) - before;
const isSame = contents.equals(await readFile(join(copy.path, 'large')));
await writeFile(join(copy.path, 'large'), 'changed', { flag: 'r+' });
const isKept = contents.equals(await readFile(join(project, 'large')));
console.log(JSON.stringify({ share: taken / contents.byteLength, isSame, isKept }));
