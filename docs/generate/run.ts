import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatedPages } from './pages.ts';
import { generatedSections, withSection } from './sections.ts';

for (const [name, make] of Object.entries(generatedPages))
  await writeFile(join(import.meta.dirname, '..', name), make());
for (const section of generatedSections) {
  const path = join(import.meta.dirname, '../..', section.page);
  await writeFile(path, withSection(await readFile(path, 'utf8'), section));
}
