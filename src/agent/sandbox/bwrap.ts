import { delimiter, isAbsolute, join, sep } from 'node:path';
import { AgentError } from '../agent-error.ts';
import { ExchangeFolder } from '../environment/exchange-folder.ts';
import { Child } from '../process/child.ts';
import type { Workplace } from '../process/step-process.ts';
import type { PrivatePlace } from '../project-view/private-places.ts';
import type { ProjectMount } from '../project-view/project-mount.ts';
import type { LaunchRequest, SandboxProfile } from './profile.ts';
import { hiddenIn, realPath } from './hidden-in.ts';
import { findProgram } from './program-path.ts';
import { findRuntime } from './runtime.ts';
import { systemCallFilter } from './system-call-filter.ts';

/** What programs need from the system. No home folder, no /var, no /run: those hold credentials and sockets. */
const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/opt', '/nix/store'];
const systemFiles = [
  'alternatives',
  'ca-certificates',
  'ca-certificates.conf',
  'crypto-policies',
  'group',
  'host.conf',
  'hosts',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'mime.types',
  'nsswitch.conf',
  'passwd',
  'pki',
  'profile',
  'protocols',
  'resolv.conf',
  'services',
  'ssl',
  'timezone',
].map((name) => `/etc/${name}`);

/** The machine's own keys among those. */
const systemKeys: readonly PrivatePlace[] = ['/etc/ssl/private', '/etc/pki/tls/private', '/etc/pki/CA/private'].map(
  (path) => ({ path, what: 'private keys of this machine', isFolder: true, shared: false }),
);

export type TemporaryPlace = Pick<Workplace, 'temporary' | 'journal'>;

/** To root they are writable in every namespace, and are the whole machine's. */
const kernelSettings = ['/proc/sys', '/proc/sysrq-trigger'].flatMap((path) => ['--ro-bind-try', path, path]);

/** A core file would hold what the process knows. */
const withoutCores = ['/bin/sh', '-c', 'ulimit -c 0; exec "$@"', 'sh'];

const filter = systemCallFilter();

/** How long the trial may take. */
const tryMs = 10_000;

/**
 * A sandbox by bubblewrap, if this machine supports it.
 * @throws AgentError (`sandbox_unavailable`, `cannot_write`)
 */
export async function openBwrapSandbox(searchPath: string, place: TemporaryPlace): Promise<SandboxProfile> {
  const program = await findProgram('bwrap', searchPath);
  if (program === undefined)
    throw new AgentError(
      'sandbox_unavailable',
      'the sandbox bwrap needs bubblewrap, which is not installed',
      'install it (Debian: apt-get install bubblewrap), or choose another --sandbox',
    );
  if (await canIsolate(program, place)) return bwrapSandbox(program);
  throw new AgentError(
    'sandbox_unavailable',
    'bubblewrap cannot make a sandbox on this machine',
    'allow unprivileged user namespaces, or choose another --sandbox',
  );
}

/**
 * Whether a sandbox can be made. A bubblewrap killed while it starts may leave another that waits for it forever, so
 * both are ended like a step's processes.
 */
async function canIsolate(program: string, { temporary, journal }: TemporaryPlace): Promise<boolean> {
  const exchange = await ExchangeFolder.create(temporary, journal);
  const args = [...isolation(false), ...system('', []), '--', '/bin/sh', '-c', ':'];
  const command = { file: program, args, environment: { KICI_ENV: exchange.file }, filter };
  const child = new Child(command, '/', async () => {});
  const timer = setTimeout(() => {
    child.kill();
  }, tryMs);
  const { code } = await child.gone;
  clearTimeout(timer);
  await exchange.remove();
  return code === 0;
}

/** Separate users, processes, mounts, and network unless the job asks for it. */
const bwrapSandbox = (program: string): SandboxProfile =>
  Object.freeze({
    name: 'bwrap',
    ownsTemporaryFiles: true,
    runsImages: false,
    limits: { ownUsers: true },
    hasNamespaces: true,
    forLoader: (environment) => ({ network: false, image: undefined, environment: inside(environment) }),
    forJob: async ({ network }, environment) => ({ network, image: undefined, environment: inside(environment) }),
    command(request) {
      const { network, environment, limits } = request.surroundings;
      return {
        file: program,
        args: [
          ...isolation(network),
          '--new-session',
          '--info-fd',
          '4',
          ...system(environment['PATH'] ?? '', request.hidden, limits.tmp),
          ...binds(request),
          '--remount-ro',
          '/',
          '--chdir',
          request.project,
          '--',
          ...withoutCores,
          ...request.starter,
          process.execPath,
          request.entry,
        ],
        environment,
        tellsGroup: true,
        filter,
      };
    },
  } satisfies SandboxProfile);

function inside(environment: Readonly<Record<string, string>>): Record<string, string> {
  return { ...environment, TMPDIR: '/tmp', HOME: '/tmp' };
}

function isolation(network: boolean): string[] {
  const share = network ? ['--share-net'] : [];
  return ['--unshare-all', ...share, '--die-with-parent', '--cap-drop', 'ALL', '--seccomp', '5'];
}

/** Includes the program folders of PATH, wherever they are, but not the private files in them. */
function system(path: string, owner: readonly PrivatePlace[], maxBytes?: number): string[] {
  const hidden = [...owner, ...systemKeys];
  const shown = (folder: string): string[] => [
    '--ro-bind-try',
    folder,
    folder,
    ...hiddenIn(folder, hidden).flatMap((one) => mount(one, maxBytes)),
  ];
  const programs = path.split(delimiter).filter((folder) => {
    const real = realPath(folder);
    return isAbsolute(folder) && real !== undefined && real !== sep && !hidden.some((place) => place.path === real);
  });
  return [
    ...[...systemFolders, ...systemFiles].flatMap(shown),
    '--proc',
    '/proc',
    ...kernelSettings,
    '--dev',
    '/dev',
    ...tmpfs('/dev/shm', maxBytes),
    '--remount-ro',
    '/dev',
    ...tmpfs('/tmp', maxBytes),
    // Nested folders come after those that contain them.
    ...programs.toSorted().flatMap(shown),
  ];
}

function binds({ project, source, mounts, exchange, surroundings }: LaunchRequest): string[] {
  const { root, parts } = findRuntime();
  const runtime = [...parts.map((part) => join(root, part)), process.execPath].flatMap((path) => [
    '--ro-bind-try',
    path,
    path,
  ]);
  return [
    ...runtime,
    '--bind',
    source,
    project,
    ...mounts.flatMap((one) => mount(one, surroundings.limits.tmp)),
    '--bind',
    exchange,
    exchange,
  ];
}

function tmpfs(path: string, maxBytes: number | undefined): string[] {
  return [...(maxBytes === undefined ? [] : ['--size', `${maxBytes}`]), '--tmpfs', path];
}

function mount({ path, as, source = path }: ProjectMount, maxBytes: number | undefined): string[] {
  switch (as) {
    case 'fixed':
      return ['--bind', source, path];
    case 'read-only':
      return ['--ro-bind', source, path];
    case 'empty folder':
      return tmpfs(path, maxBytes);
    case 'empty file':
      return ['--ro-bind', '/dev/null', path];
  }
}
