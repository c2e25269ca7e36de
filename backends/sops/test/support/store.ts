import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { SecretValue, type BackendHost, type SecretBackend, type Settings } from '@kici-dev/secret-backend';
import { testHost } from '@kici-dev/secret-backend-conformance/testing';
import { createFileReader } from '@kici-dev/secret-federation';
import { sopsDefinition } from '../../index.ts';
import { realSops } from './lane.ts';
import { makeProgram, type Program } from './program.ts';

const run = promisify(execFile);

export interface Keys {
  readonly identity: string;
  readonly recipient: string;
}

export async function makeKeys(): Promise<Keys> {
  const { stdout } = await run('age-keygen');
  return {
    identity: /AGE-SECRET-KEY-\S+/.exec(stdout)?.[0] ?? '',
    recipient: /public key: (\S+)/.exec(stdout)?.[1] ?? '',
  };
}

/** Shared by all cases, since making keys is not part of them. */
let made: Promise<Keys> | undefined;
export const sharedKeys = (): Promise<Keys> => (made ??= makeKeys());

/** A folder of encrypted files, and the program. */
export interface Store {
  readonly root: string;
  readonly folder: string;
  readonly keys: Keys;
  readonly program: Program;
  /** Encrypts text of a format into a file, bypassing the backend. */
  encrypt(file: string, text: string, flags?: readonly string[]): Promise<void>;
  /** The same from JSON, into a file of any format. */
  encryptJson(file: string, json: string): Promise<void>;
  /** Sets a place of a file, bypassing the backend. */
  set(file: string, index: string, json: string): Promise<void>;
  /** The file's clear text in its own format. */
  decrypt(file: string): Promise<string>;
  remove(): Promise<void>;
}

const typeOf = (file: string): string =>
  ({ env: 'dotenv', yml: 'yaml' })[file.split('.').at(-1) ?? ''] ?? file.split('.').at(-1) ?? '';

export async function makeStore(): Promise<Store> {
  const root = await mkdtemp(join(tmpdir(), 'kici-sops-'));
  const folder = join(root, 'files');
  await mkdir(folder);
  await writeFile(join(folder, '.sops.yaml'), '');
  const keys = await sharedKeys();
  const program = await makeProgram(root);
  const sops = async (args: readonly string[], input: string): Promise<Buffer> => {
    const child = spawn(realSops, args, {
      cwd: root,
      env: { SOPS_AGE_KEY: keys.identity },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end(input);
    const [output, words, [code]] = await Promise.all([
      buffer(child.stdout),
      buffer(child.stderr),
      once(child, 'close'),
    ]);
    if (code !== 0) throw new Error(`sops ${args[0]} ended with ${code}: ${words.toString()}`);
    return output;
  };
  const types = (file: string): string[] => ['--input-type', typeOf(file), '--output-type', typeOf(file)];
  const encrypt = async (file: string, flags: readonly string[], text: string): Promise<void> => {
    const output = await sops(['encrypt', '--age', keys.recipient, ...flags, '--filename-override', 'x'], text);
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), output);
  };
  return {
    root,
    folder,
    keys,
    program,
    encrypt: (file, text, flags = []) => encrypt(file, [...types(file), ...flags], text),
    encryptJson: (file, json) => encrypt(file, ['--input-type', 'json', '--output-type', typeOf(file)], json),
    async set(file, index, json) {
      await sops(['set', ...types(file), '--value-stdin', join(folder, file), index], json);
    },
    async decrypt(file) {
      return (await sops(['decrypt', ...types(file), join(folder, file)], '')).toString('utf8');
    },
    async remove() {
      // What a case has killed may still be writing.
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export async function openBackend(
  store: Store,
  overrides: Settings = {},
  host?: Partial<BackendHost>,
): Promise<SecretBackend> {
  return sopsDefinition.create(
    {
      folder: store.folder,
      ageKey: SecretValue.fromText(store.keys.identity),
      program: store.program.path,
      recipients: store.keys.recipient,
      format: 'yaml',
      ...overrides,
    },
    testHost({
      ambient: { credentials: false, paths: [store.root] },
      readFile: createFileReader([store.root]),
      ...host,
    }),
  );
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
