import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { callContext, describeLane, readAll, ref, toValue } from '@kici-dev/secret-backend-conformance/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLocks } from '../files/lock.ts';
import { realSops, sopsLane } from './support/lane.ts';
import { openScene } from './support/scene.ts';
import type { Store } from './support/store.ts';

const secret = ref('apps/shop', 'TOKEN');
const staleMs = 1_000;

/** A process that writes keys of one document, through the real program or a script before it. */
function startWriter({ root, keys }: Store, program: string, names: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'support/writer.ts'), root, program, ...names], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin?.end(keys.identity);
  return child;
}

async function outputOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('it has no output');
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(code).toBe(0);
  return output;
}

/** A shop with one token, and what a process that was killed has left. */
async function shopWithLeftovers(): Promise<Awaited<ReturnType<typeof openScene>> & { folder: string }> {
  const scene = await openScene();
  await scene.store.encrypt('apps/shop.yaml', 'TOKEN: old\n');
  const folder = join(scene.store.folder, 'apps');
  const left = ['.shop.kici-lock', '.shop.yaml.00000000-0000-4000-8000-000000000000'];
  for (const name of left) await writeFile(join(folder, name), '');
  for (const name of left) await utimes(join(folder, name), 0, 0);
  return { ...scene, folder };
}

describeLane({ describe, test: it }, sopsLane, () => {
  it('two processes write one document at once, and nothing that either was told is stored gets lost', async () => {
    const { store, backend, folder } = await shopWithLeftovers();
    const names = Array.from({ length: 6 }, (_, index) => `K${index}`);
    const writers = [names.slice(0, 3), names.slice(3)].map((own) => startWriter(store, store.program.path, own));
    const told = await Promise.all(writers.map(outputOf));
    expect(told.join('').trim().split('\n').toSorted()).toEqual(names);
    expect(
      await readAll(
        backend,
        ['TOKEN', ...names].map((key) => ref('apps/shop', key)),
      ),
    ).toEqual(['old', ...names]);
    expect(await readdir(folder)).toEqual(['shop.yaml']);
  });

  it('a sops that is killed while it writes leaves the old document, and nothing beside it', async () => {
    const { store, backend, folder } = await shopWithLeftovers();
    const before = await readFile(join(folder, 'shop.yaml'));
    // As sops itself writes: in place, and then it is gone.
    await writeFile(
      store.program.path,
      `#!/bin/sh\n[ "$1" = set ] || exec '${realSops}' "$@"\nfor file; do case $file in */.shop.*) head -c 40 "$file" > "$file.half"; cat "$file.half" > "$file"; rm "$file.half"; kill -9 $$;; esac; done\n`,
    );
    await expect(backend.write?.({ ...secret, value: toValue('new') }, callContext())).rejects.toMatchObject({
      code: 'server_error',
    });
    expect(await readFile(join(folder, 'shop.yaml'))).toEqual(before);
    expect(await readdir(folder)).toEqual(['shop.yaml']);
    expect(await readAll(backend, [secret])).toEqual(['old']);
  });

  it('a server that is killed while it writes leaves the old document, and its next write clears up', async () => {
    const { store, backend, folder } = await shopWithLeftovers();
    const before = await readFile(join(folder, 'shop.yaml'));
    const began = join(store.root, 'began');
    await writeFile(
      store.program.path,
      `#!/bin/sh\n[ "$1" = set ] || exec '${realSops}' "$@"\necho $$ > '${began}.next'; mv '${began}.next' '${began}'; exec sleep 600\n`,
    );
    const writer = startWriter(store, store.program.path, ['TOKEN']);
    await expect.poll(() => readFile(began, 'utf8').catch(() => '')).not.toBe('');
    writer.kill('SIGKILL');
    await once(writer, 'close');
    process.kill(Number(await readFile(began, 'utf8')), 'SIGKILL');
    expect(await readFile(join(folder, 'shop.yaml'))).toEqual(before);
    const left = (await readdir(folder)).filter((name) => name !== 'shop.yaml');
    expect(left).toEqual(['.shop.kici-lock', expect.stringMatching(/^\.shop\.yaml\./)]);
    for (const name of left) await utimes(join(folder, name), 0, 0);
    await writeFile(store.program.path, `#!/bin/sh\nexec '${realSops}' "$@"\n`);
    await backend.write?.({ ...secret, value: toValue('new') }, callContext());
    expect(await readAll(backend, [secret])).toEqual(['new']);
    expect(await readdir(folder)).toEqual(['shop.yaml']);
  });

  it('of two that find a lock left over, the slower does not remove what the faster has taken', async () => {
    const { folder } = await shopWithLeftovers();
    const lock = join(folder, '.shop.kici-lock');
    // Between its look at the lock and what it does about it, another one has removed and taken it.
    const locks = createLocks(staleMs, () => {
      renameSync(lock, `${lock}.gone`);
      writeFileSync(lock, 'of the faster');
      return Date.now();
    });
    await expect(locks.hold(lock, callContext(), async () => 'both')).rejects.toMatchObject({ code: 'conflict' });
    expect(readFileSync(lock, 'utf8')).toBe('of the faster');
  });

  it('one that was stopped until its lock was taken over leaves the new one alone', async () => {
    const { folder } = await shopWithLeftovers();
    const lock = join(folder, '.shop.kici-lock');
    const locks = createLocks(staleMs, () => Date.now());
    await locks.hold(lock, callContext(), async () => {
      renameSync(lock, `${lock}.gone`);
      writeFileSync(lock, 'of the next');
    });
    expect(readFileSync(lock, 'utf8')).toBe('of the next');
  });
});
