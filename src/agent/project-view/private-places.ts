import { realpath, stat } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { configFolder } from '../../api/local-credentials.ts';

export interface Owner {
  /** The whole environment that the agent was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Files that the agent knows of, such as a token's. */
  readonly files: readonly string[];
  /** Parent of every step's temporary files. */
  readonly temporary: string;
}

export interface PrivatePlace {
  /** Links resolved. */
  readonly path: string;
  readonly what: string;
  readonly isFolder: boolean;
  /** Other things may be kept there too, even the project. */
  readonly shared: boolean;
}

/** Private places of the agent's owner that exist: home, settings, state, credentials, and an orchestrator's data. */
export async function privatePlaces(
  project: string,
  { environment, files, temporary }: Owner,
): Promise<readonly PrivatePlace[]> {
  const folders: readonly (readonly [path: string | undefined, what: string])[] = [
    [environment['HOME'], 'your home folder'],
    [homedir(), 'your home folder'],
    [systemHome(), 'your home folder'],
    ...['XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'XDG_RUNTIME_DIR'].map(
      (name) => [environment[name], `the folder that ${name} names`] as const,
    ),
    [configFolder(environment), 'the folder of your settings'],
    [environment['DOCKER_CONFIG'], 'the folder that DOCKER_CONFIG names'],
    [environment['DOCKER_CERT_PATH'], 'the folder that DOCKER_CERT_PATH names'],
    [environment['KICI_DATA_DIR'], "an orchestrator's folder"],
    [join(project, '.kici-data'), "an orchestrator's folder"],
  ];
  const named = [environment['KICI_SECRET_KEY_FILE'], environment['KICI_CONFIG'], ...files];
  const found = await Promise.all([
    ...folders.map(async ([path, what]) => place(path, what, false)),
    ...named.map(async (path) => place(path, 'a file of credentials', false)),
    place(temporary, 'the folder for temporary files', true),
  ]);
  return found.filter((one) => one !== undefined);
}

async function place(path: string | undefined, what: string, shared: boolean): Promise<PrivatePlace | undefined> {
  if (path === undefined || path === '') return undefined;
  try {
    const real = await realpath(resolve(path));
    return { path: real, what, isFolder: (await stat(real)).isDirectory(), shared };
  } catch {
    // What does not exist reveals nothing.
    return undefined;
  }
}

function systemHome(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}
