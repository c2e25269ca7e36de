import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { cleanEnvironment, runProgram, type ProgramResult } from '../support/programs.ts';
import { startWireApi, type Answers, type WireApi } from '../support/wire-api.ts';

export type Catalogue = Awaited<ReturnType<NonNullable<Answers['resolution.catalogue']>>>;
export type Secret = Catalogue['secrets'][number];

export const secret = (key: string, more: Partial<Secret> = {}): Secret => ({
  key,
  backend: 'internal',
  scope: 'production',
  status: 'available',
  ...more,
});

export interface TypesProject {
  readonly folder: string;
  readonly file: string;
  readonly api: WireApi;
  environment: Record<string, string>;
  readonly kici: (...args: string[]) => Promise<ProgramResult>;
}

/** A project of `kici types`, with an orchestrator that knows these names. */
export async function typesProject(
  catalogues: Record<string, Catalogue | readonly Secret[]>,
  workflows: Record<string, string>,
  hasSdk = true,
): Promise<TypesProject> {
  const api = await startWireApi({
    'resolution.catalogue': ({ environment }) => {
      const found = catalogues[environment];
      if (found === undefined) throw new Error(`no catalogue of ${environment}`);
      return 'secrets' in found ? found : { secrets: [...found], unavailable: [] };
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'kici-types-'));
  onTestFinished(async () => {
    await api.close();
    await rm(folder, { recursive: true, force: true });
  });
  await mkdir(join(folder, '.kici/workflows'), { recursive: true });
  if (hasSdk) await installSdk(folder);
  for (const [name, text] of Object.entries(workflows)) await writeFile(join(folder, '.kici/workflows', name), text);
  const environment = { ...cleanEnvironment(folder), KICI_URL: api.url, KICI_TOKEN: 'author' };
  return {
    folder,
    file: join(folder, '.kici/secrets.d.ts'),
    api,
    environment,
    kici: (...args) => runProgram('kici', args, { environment, folder }),
  };
}

export async function installSdk(folder: string): Promise<void> {
  await mkdir(join(folder, 'node_modules/@kici-dev'), { recursive: true });
  await symlink(join(import.meta.dirname, '../../src/sdk'), join(folder, 'node_modules/@kici-dev/sdk'));
}
