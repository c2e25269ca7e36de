import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { AgentError } from '../agent-error.ts';
import type { Limits } from '../limits/limits.ts';
import { temporaryName } from '../mounts/temporary-name.ts';
import type { ContainerEngine } from './container-engine.ts';
import { hiddenIn } from './hidden-in.ts';
import type { ProjectMount } from '../project-view/project-mount.ts';
import type { LaunchRequest, SandboxProfile } from './profile.ts';
import { findRuntime } from './runtime.ts';

/** Where a container sees this product. */
const runtimeRoot = '/kici';
const defaultSearchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Where the libraries that Node.js links to are. */
const libraryFolders = ['/lib', '/lib32', '/lib64', '/libx32', '/usr/lib', '/usr/lib32', '/usr/lib64', '/nix/store'];
/** They describe the user outside. */
const outside = new Set(['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR']);

/**
 * A container per process, from the image that the job names. Workflows are read before any image is known, so in a
 * container that holds only Node.js and its libraries.
 * @param runtime one that the engine lists; default: the engine's own
 * @throws AgentError (`sandbox_unavailable`)
 */
export async function openContainerSandbox(
  engine: ContainerEngine,
  runtime: string | undefined,
): Promise<SandboxProfile> {
  const { isRootless, keeps } = await engine.about(runtime);
  const user = isRootless ? '0:0' : `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const { id: empty } = await engine.empty();
  return Object.freeze({
    name: 'container',
    ownsTemporaryFiles: true,
    runsImages: true,
    limits: { ownUsers: false, byEngine: keeps },
    hasNamespaces: true,
    forLoader: (environment) => ({ network: false, image: empty, environment: inside(environment, defaultSearchPath) }),
    async forJob({ network, image }, environment) {
      if (image === undefined)
        throw new AgentError(
          'sandbox_unavailable',
          'the job names no image for the sandbox container to run it in',
          "add container: { image: 'debian:stable' } to the job, or choose another --sandbox",
        );
      const { id, searchPath = defaultSearchPath } = await engine.image(image);
      return { network, image: id, environment: inside(environment, searchPath) };
    },
    command(request) {
      const { image = empty, network, environment, limits } = request.surroundings;
      const container = temporaryName('container');
      const socket = join(request.exchange, 'channel');
      const variables = Object.entries({ ...environment, KICI_CHANNEL: socket, TINI_KILL_PROCESS_GROUP: '1' }).flatMap(
        ([name, value]) => ['--env', `${name}=${value}`],
      );
      const libraries =
        image === empty
          ? libraryFolders
              .filter((folder) => existsSync(folder))
              .flatMap((folder) => [
                ...mount(folder, folder, true),
                ...hiddenIn(folder, request.hidden).flatMap((one) => mountOver(one, limits.tmp)),
              ])
          : [];
      return {
        file: engine.program,
        environment: engine.environment,
        socket,
        container,
        ...(limits.memory !== undefined && { isKept: true as const }),
        args: [
          'run',
          // One with a limit of memory is asked first whether that has ended it.
          ...(limits.memory === undefined ? ['--rm'] : []),
          ...(runtime === undefined ? [] : ['--runtime', runtime]),
          '--init',
          '--name',
          container,
          '--pull',
          'never',
          '--user',
          user,
          ...isolation,
          ...limited(limits),
          ...(network ? [] : ['--network', 'none']),
          ...variables,
          ...libraries,
          ...mounts(request),
          '--workdir',
          request.project,
          '--entrypoint',
          join(runtimeRoot, 'node'),
          image,
          join(runtimeRoot, relative(findRuntime().root, request.entry)),
        ],
      };
    },
  } satisfies SandboxProfile);
}

/** The engine must keep no log: a step's output is not masked yet. */
const isolation = [
  '--cap-drop',
  'ALL',
  '--security-opt',
  'no-new-privileges',
  '--log-driver',
  'none',
  '--no-healthcheck',
  // A core file would hold what the process knows.
  '--ulimit',
  'core=0',
];

function limited({ processes, memory, tmp }: Limits): string[] {
  const size = tmp === undefined ? '' : `,size=${tmp}`;
  return [
    '--tmpfs',
    `/tmp:rw,exec,nosuid,nodev,mode=1777${size}`,
    ...(tmp === undefined ? [] : ['--shm-size', `${tmp}`]),
    ...(processes === undefined ? [] : ['--pids-limit', `${processes}`]),
    ...(memory === undefined ? [] : ['--memory', `${memory}`, '--memory-swap', `${memory}`]),
  ];
}

function inside(environment: Readonly<Record<string, string>>, searchPath: string): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !outside.has(name))),
    PATH: searchPath,
    HOME: '/tmp',
    TMPDIR: '/tmp',
  };
}

function mounts({ project, source, mounts: over, exchange, surroundings }: LaunchRequest): string[] {
  const { root, parts } = findRuntime();
  const runtime = parts.flatMap((part) => mount(join(root, part), join(runtimeRoot, part), true));
  return [
    ...runtime,
    ...mount(process.execPath, join(runtimeRoot, 'node'), true),
    ...mount(source, project, false),
    ...over.flatMap((one) => mountOver(one, surroundings.limits.tmp)),
    ...mount(exchange, exchange, false),
  ];
}

function mountOver({ path, as, source = path }: ProjectMount, maxBytes: number | undefined): string[] {
  switch (as) {
    case 'fixed':
      return mount(source, path, false);
    case 'read-only':
      return mount(source, path, true);
    case 'empty folder':
      return [
        '--mount',
        [
          'type=tmpfs',
          quoted(`target=${path}`),
          'tmpfs-mode=1777',
          ...(maxBytes === undefined ? [] : [`tmpfs-size=${maxBytes}`]),
        ].join(','),
      ];
    case 'empty file':
      return mount('/dev/null', path, true);
  }
}

/** The option is a line of comma-separated values; quoting allows any character in a path. */
function mount(source: string, target: string, readOnly: boolean): string[] {
  return [
    '--mount',
    ['type=bind', quoted(`source=${source}`), quoted(`target=${target}`), ...(readOnly ? ['readonly'] : [])].join(','),
  ];
}

function quoted(field: string): string {
  return `"${field.replaceAll('"', '""')}"`;
}
