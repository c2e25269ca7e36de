import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll } from 'vitest';
import { publishedPackages, root } from '../../.ci/build/packages.ts';
import { existsSync } from 'node:fs';
import { symlink, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeBackends } from './backends.ts';
const run = promisify(execFile);
beforeAll(async () => {
  await rm('/tmp/ap/project', { recursive: true, force: true });
  await rm('/tmp/ap/outside', { recursive: true, force: true });
  const tarballs = await readdir('/tmp/ap/packed');
  for (const { manifest, folder } of publishedPackages()) {
    const target = join('/tmp/ap/project/node_modules', manifest.name);
    await mkdir(target, { recursive: true });
    const name = manifest.name.replace('@', '').replace('/', '-');
    const tarball = tarballs.find((one) => one === `${name}-${manifest.version}.tgz`);
    await run('tar', ['-xzf', `/tmp/ap/packed/${tarball}`, '-C', target, '--strip-components=1']);
    for (const dependency of Object.keys(manifest.dependencies ?? {}).filter((n) => !n.startsWith('@kici-dev/'))) {
      const link = join(target, 'node_modules', dependency);
      await mkdir(dirname(link), { recursive: true });
      const nested = join(root, folder, 'node_modules', dependency);
      await symlink(existsSync(nested) ? nested : join(root, 'node_modules', dependency), link);
    }
  }
}, 120_000);
describeBackends(() => ({ project: '/tmp/ap/project', built: '/tmp/ap/dist' }));
