import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatedPages } from './pages.ts';

for (const [name, make] of Object.entries(generatedPages))
  await writeFile(join(import.meta.dirname, '..', name), make());
