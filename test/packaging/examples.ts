import { execFile } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { apiPages } from '../../.ci/api/pages.ts';
import { root } from '../../.ci/build/packages.ts';
import { startStores } from '../support/stores.ts';

const run = promisify(execFile);

export interface Installed {
  /** A folder outside the checkout, whose `node_modules` has the packed packages. */
  readonly project: string;
  /** Where they were built. */
  readonly built: string;
}

/** Registers tests that run `examples` where the packages were installed. */
export function describeExamples(installed: () => Installed): void {
  const example = (...path: string[]): string => join(installed().project, 'examples', ...path);
  const start = async (environment: Readonly<Record<string, string>>, ...args: string[]): Promise<string> => {
    const { stdout } = await run(process.execPath, args, { env: { PATH: process.env['PATH'], ...environment } });
    return stdout;
  };
  const copy = async (): Promise<void> => cp(join(root, 'examples'), example(), { recursive: true });

  describe('the examples', () => {
    it('federate Vault and AWS', async () => {
      await copy();
      await using stores = await startStores();
      expect(await start(stores.environment, example('federate/federate.ts'))).toBe(
        'API_KEY aws [secret]\nDB_PASSWORD vault [secret]\n',
      );
    });

    it('read one backend, and tell what is not there from what could not be queried', async () => {
      await copy();
      await using stores = await startStores();
      const read = example('one-backend/read.ts');
      expect(await start(stores.environment, read, 'apps/shop/db', 'DB_PASSWORD', 'NEVER_SET')).toBe(
        'DB_PASSWORD found 12\nNEVER_SET absent \n',
      );
      const away = { ...stores.environment, VAULT_ADDRESS: 'http://127.0.0.1:1' };
      expect(await start(away, read, 'apps/shop/db', 'DB_PASSWORD')).toBe('DB_PASSWORD unknown unreachable\n');
    });

    it('mask a log on its way through a pipe', async () => {
      await copy();
      const secrets = example('secrets.txt');
      await writeFile(secrets, 'hunter2-canary\n');
      const { stdout } = await run('bash', [
        '-c',
        `for part in 'password: hunt' 'er2-canary' $'\\n' "$(printf %s hunter2-canary | base64)" $'\\n'; do printf %s "$part"; done | '${process.execPath}' '${example('mask-pipe/mask.ts')}' '${secrets}'`,
      ]);
      expect(stdout).toBe('password: ***\n***\n');
    });

    it('prove a backend of their own with the kit', async () => {
      await copy();
      const tap = await run(process.execPath, ['--test', '--test-reporter=tap', 'conformance.test.ts'], {
        cwd: example('custom-backend'),
        env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      });
      expect(tap.stdout).toMatch(/# fail 0\n/);
      expect(Number(/# pass (\d+)/.exec(tap.stdout)?.[1])).toBeGreaterThan(40);
      const lines = (await readFile(example('custom-backend/files.ts'), 'utf8')).split('\n').length;
      expect(lines).toBeLessThan(125);
    });
  });

  it.each(['typescript', 'typescript-5.9'])(
    'the packages and the examples type-check with %s, declarations of libraries included',
    async (compiler) => {
      await copy();
      const { project } = installed();
      const files = (await readdir(example(), { recursive: true })).filter(
        (file) => file.endsWith('.ts') && !file.startsWith('demo/'),
      );
      await writeFile(
        join(project, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: {
            noEmit: true,
            module: 'nodenext',
            target: 'es2024',
            lib: ['es2024', 'esnext.disposable', 'esnext.iterator'],
            strict: true,
            skipLibCheck: false,
            allowImportingTsExtensions: true,
            typeRoots: [join(root, 'node_modules/@types')],
            types: ['node'],
          },
          files: ['use.ts', ...files.map((file) => `examples/${file}`)],
        }),
      );
      const problem: unknown = await run(
        process.execPath,
        [join(root, 'node_modules', compiler, 'bin/tsc'), '--pretty', 'false', '-p', project],
        { cwd: project },
      ).catch((error: unknown) => error);
      expect(problem).toEqual({ stdout: '', stderr: '' });
    },
  );

  it('the packages export what docs/api says, which `npm run api` writes', async () => {
    for (const { path, text } of apiPages(installed().built))
      expect(await readFile(join(root, path), 'utf8'), path).toBe(text);
  });
}
