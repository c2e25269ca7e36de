import { execFile } from 'node:child_process';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { AgentError, systemCode } from '../errors.ts';
import type { ProjectMount } from '../project-view/project-view.ts';
import type { LaunchRequest, SandboxProfile } from './profile.ts';
import { findRuntime } from './runtime.ts';

const program = 'bwrap';

/** What programs need of the system. No home folder, no /var, no /run: those hold credentials and sockets. */
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

/** @throws AgentError (`sandbox_unavailable`) */
export async function openBwrapSandbox(): Promise<SandboxProfile> {
  try {
    await promisify(execFile)(program, [...isolation(false), ...system({}), '--', '/bin/sh', '-c', ':'], {
      timeout: 10_000,
    });
    return bwrapSandbox;
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    throw new AgentError(
      'sandbox_unavailable',
      missing
        ? 'the sandbox bwrap needs bubblewrap, which is not installed'
        : 'bubblewrap cannot make a sandbox on this machine',
      missing
        ? 'install it (Debian: apt-get install bubblewrap), or choose another --sandbox'
        : 'allow unprivileged user namespaces, or choose another --sandbox',
    );
  }
}

/** Namespaces by bubblewrap: users, processes, mounts, and the network unless the job asks for it. */
const bwrapSandbox: SandboxProfile = Object.freeze({
  name: 'bwrap',
  ownsTemporaryFiles: true,
  runsImages: false,
  forLoader: (environment) => ({ network: false, image: undefined, environment: inside(environment) }),
  forJob: async ({ network }, environment) => ({ network, image: undefined, environment: inside(environment) }),
  command(request) {
    const { network, environment } = request.surroundings;
    return {
      file: program,
      args: [
        ...isolation(network),
        '--new-session',
        '--info-fd',
        '4',
        ...system(environment),
        ...binds(request),
        '--chdir',
        request.project,
        '--',
        process.execPath,
        request.entry,
      ],
      environment,
      tellsGroup: true,
    };
  },
} satisfies SandboxProfile);

function inside(environment: Readonly<Record<string, string>>): Record<string, string> {
  return { ...environment, TMPDIR: '/tmp', HOME: '/tmp' };
}

function isolation(network: boolean): string[] {
  const share = network ? ['--share-net'] : [];
  return ['--unshare-all', ...share, '--die-with-parent', '--cap-drop', 'ALL'];
}

/** The program folders of PATH are there too, wherever they lie. */
function system(environment: Readonly<Record<string, string>>): string[] {
  const programs = (environment['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const readOnly = [...systemFolders, ...systemFiles].flatMap((path) => ['--ro-bind-try', path, path]);
  return [
    ...readOnly,
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
    ...programs.flatMap((path) => ['--ro-bind-try', path, path]),
  ];
}

function binds({ project, mounts, exchange }: LaunchRequest): string[] {
  const { root, parts } = findRuntime();
  const runtime = [...parts.map((part) => join(root, part)), process.execPath].flatMap((path) => [
    '--ro-bind-try',
    path,
    path,
  ]);
  return [...runtime, '--bind', project, project, ...mounts.flatMap(mount), '--bind', exchange, exchange];
}

function mount({ path, as }: ProjectMount): string[] {
  switch (as) {
    case 'fixed':
      return ['--bind', path, path];
    case 'read-only':
      return ['--ro-bind', path, path];
    case 'empty folder':
      return ['--tmpfs', path];
    case 'empty file':
      return ['--ro-bind', '/dev/null', path];
  }
}
