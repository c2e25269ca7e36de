import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder } from '../../../src/agent/mounts/temporary-folder.ts';

/** In a separate process, since the superuser ignores permissions. */
const [folder = ''] = process.argv.slice(2);
if (process.getuid?.() === 0) {
  process.setgid?.(65_534);
  process.setuid?.(65_534);
}
for (const [name, mode] of [
  ['closed', 0],
  ['read-only', 0o500],
] as const) {
  mkdirSync(join(folder, 'mounted', name, 'deeper'), { recursive: true });
  writeFileSync(join(folder, 'mounted', name, 'deeper/copy'), 'value');
  chmodSync(join(folder, 'mounted', name, 'deeper'), mode);
  chmodSync(join(folder, 'mounted', name), mode);
}
await removeFolder(join(folder, 'mounted'));
