import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildPackages } from '../build/build.ts';
import { root } from '../build/packages.ts';
import { apiPages } from './pages.ts';

// Writes the reports of what the packages export.
const built = await mkdtemp(join(tmpdir(), 'kici-api-'));
try {
  await buildPackages(built);
  for (const { path, text } of apiPages(built)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
} finally {
  await rm(built, { recursive: true });
}
