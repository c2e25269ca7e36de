import { describe, expect, it } from 'vitest';
import { importedModules, readSource, sourceFiles } from './imports.ts';
import { rooms, violations } from './rooms.ts';

describe('rooms', () => {
  const files = [...sourceFiles('src'), ...sourceFiles('backends')];

  it.each(rooms.map(({ folder }) => folder))('%s imports what it may', (folder) => {
    expect(
      files.filter((path) => path.startsWith(`${folder}/`)).flatMap((path) => violations(path, readSource(path))),
    ).toEqual([]);
  });

  it('hold every file', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((path) => violations(path, ''))).toEqual([]);
  });
});

describe('a planted violation is found:', () => {
  it.each<[string, string]>([
    ['src/contract/backend.ts', "import { readFile } from 'node:fs';"],
    ['src/contract/backend.ts', 'import type { Room } from "../federation/index.ts";'],
    ['src/federation/resolver/rank.ts', "import { setTimeout } from 'node:timers/promises';"],
    ['src/federation/host/cache.ts', "import { createClient } from '../../api/client.ts';"],
    ['src/sdk/index.ts', "export * from '@kici-dev/secret-backend';"],
    ['src/masker/index.ts', "import picomatch from 'picomatch';"],
    ['src/orchestrator/caller.ts', "import { Container } from 'inversify';"],
    ['src/cli/admin/main.ts', "const { start } = await import('../../composition/index.ts');"],
    ['src/cli/admin/main.ts', "import { run } from '../kici/main.ts';"],
    ['src/cli/admin/main.ts', "import { SecretValue } from '@kici-dev/secret-backend';"],
    ['src/cli/kici/main.ts', "import { open } from '../../orchestrator/caller.ts';"],
    ['backends/vault/client.ts', "import { Kysely } from 'kysely';"],
    ['backends/vault/client.ts', "import { open } from 'node:fs/promises';"],
    ['src/conformance/run.ts', "import { createServer } from 'node:http';"],
    ['src/conformance/run.ts', "import { openBackend } from '@kici-dev/secret-federation';"],
    ['backends/vault/client.ts', "import {\n  a,\n  b,\n} from '../aws/index.ts';"],
    ['src/unheard/of.ts', ''],
  ])('%s with %s', (path, source) => {
    expect(violations(path, source)).toHaveLength(1);
  });

  it('but not in a comment or in text', () => {
    expect(
      importedModules('// import a from "b"\n/* import "c" */ const address = \'https://x\'; const import_ = "from";'),
    ).toEqual([]);
  });

  it('whatever the form of the import', () => {
    expect(
      importedModules(
        'import a from "a"; import type { B } from \'b\';\nimport \'c\';\nexport { d } from "d"; await import(`e`); type F = import(\'f\').F; require("g");',
      ),
    ).toEqual(['a', 'b', 'd', 'c', 'e', 'f', 'g']);
  });
});
