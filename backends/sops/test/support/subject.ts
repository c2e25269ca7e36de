import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SecretRef } from '@kici-dev/secret-backend';
import type { Harness } from '@kici-dev/secret-backend-conformance';
import { extensionOf, formatOf, type Format } from '../../documents/formats.ts';
import { versionOf } from '../../files/document-file.ts';
import { programFaults } from './program.ts';
import { exists, makeStore, openBackend, type Store } from './store.ts';

/** Documents by what they were made from: cases seed the same values repeatedly, and each run of sops takes time. */
const made = new Map<string, Buffer>();

async function seedJson(store: Store, file: string, key: string, json: string): Promise<void> {
  const path = join(store.folder, file);
  const before = (await exists(path)) ? versionOf(await readFile(path)) : undefined;
  const recipe = JSON.stringify([before, formatOf(file), key, json]);
  const isIni = formatOf(file) === 'ini';
  const known = made.get(recipe);
  if (known !== undefined) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, known);
    return;
  }
  if (before === undefined)
    await store.encryptJson(file, isIni ? `{"DEFAULT":{"${key}":${json}}}` : `{"${key}":${json}}`);
  else await store.set(file, `${isIni ? '["DEFAULT"]' : ''}["${key}"]`, json);
  made.set(recipe, await readFile(path));
}

/** Real files, separate for each case, and the real program. */
export const harnessFor = (format: Format): Harness => ({
  // Each document is a page.
  listPageSize: 2,
  async open() {
    const store = await makeStore();
    const backend = await openBackend(store, { format });
    const fileOf = (scope: string): string => `${scope}${extensionOf(format)}`;
    const pathOf = (scope: string): string => join(store.folder, fileOf(scope));
    /** Leads out of what the server's configuration allows. */
    const leadAway = async (path: string): Promise<void> => {
      await rm(path, { recursive: true, force: true });
      await symlink(tmpdir(), path);
    };
    return {
      backend,
      credentials: [store.keys.identity],
      async seed({ scope, key, value }) {
        await seedJson(store, fileOf(scope), key, JSON.stringify(value.text()));
        return { version: versionOf(await readFile(pathOf(scope))) };
      },
      provoke: {
        // Lines of the other formats hold text.
        ...((format === 'yaml' || format === 'json') && {
          nullValue: ({ scope, key }: SecretRef) => seedJson(store, fileOf(scope), key, 'null'),
        }),
        async corrupt({ scope, key }) {
          const text = await readFile(pathOf(scope), 'utf8');
          await writeFile(
            pathOf(scope),
            text.replace(
              new RegExp(`(\\b${key}"?\\s*[:=]\\s*"?ENC\\[AES256_GCM,data:)(.)`),
              (_, start: string, first: string) => `${start}${first === 'A' ? 'B' : 'A'}`,
            ),
          );
        },
        denyRead: ({ scope }) => leadAway(pathOf(scope)),
        async denyList(scope) {
          await leadAway(pathOf(scope));
          await leadAway(join(store.folder, scope));
        },
        faults: programFaults,
        async fault(kind, times) {
          const own = programFaults.find((name) => name === kind);
          if (own !== undefined) await store.program.set(own, times);
        },
        heal: () => store.program.heal(),
        requestCount: () => store.program.count(),
      },
      async dispose() {
        await backend.close();
        await store.remove();
      },
    };
  },
});
