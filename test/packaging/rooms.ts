import { dirname, join, normalize } from 'node:path';
import { importedModules, readManifest } from './imports.ts';

export interface Room {
  /** A folder of the repository. */
  readonly folder: string;
  readonly purpose: string;
  /** The folder with its tests; default: tests of the rooms that use it. */
  readonly tests?: string;
  /** Rooms that it may import, besides itself. */
  readonly mayImport: readonly string[];
  /** Modules of Node that it may import; default: all. */
  readonly node?: readonly string[];
  /** Modules of Node that it may not import. */
  readonly notNode?: readonly string[];
  /** Packages that only this room may import. */
  readonly alone?: readonly string[];
}

const all = [
  'src/contract',
  'src/conformance',
  'src/conformance/testing',
  'src/sdk',
  'src/masker',
  'src/federation',
  'src/errors',
  'src/files',
  'src/database',
  'src/keyring',
  'src/api',
  'src/orchestrator',
  'src/telemetry',
  'src/agent',
  'src/cli',
  'src/dashboard',
  'backends/internal',
  'backends/vault',
  'backends/aws',
  'backends/gcp',
  'backends/ssm',
  'backends/sops',
];

/** The import column of the architecture; a file belongs to the first room whose folder contains it. */
export const rooms: readonly Room[] = [
  {
    folder: 'src/contract',
    purpose: 'what a backend is: outcomes, capabilities, failures, `SecretValue`',
    tests: 'test/contract',
    mayImport: [],
    node: [],
  },
  // Local servers to test against, which need more of Node than the kit itself.
  {
    folder: 'src/conformance/testing',
    purpose: 'servers, lanes and hosts for the tests of backends',
    tests: 'test/conformance',
    mayImport: ['src/contract', 'src/conformance'],
  },
  {
    folder: 'src/conformance/through-host',
    purpose: "a backend's suite once more behind the host",
    tests: 'test/federation/host',
    mayImport: ['src/contract', 'src/conformance', 'src/conformance/testing', 'src/federation'],
    node: [],
  },
  {
    folder: 'src/conformance',
    purpose: 'the kit that proves a backend, with a reference backend',
    tests: 'test/conformance',
    mayImport: ['src/contract'],
    node: ['node:assert', 'node:assert/strict', 'node:timers', 'node:timers/promises', 'node:util'],
  },
  { folder: 'src/sdk', purpose: 'what workflow authors import', tests: 'test/sdk', mayImport: [], node: [] },
  { folder: 'src/masker', purpose: 'hides values in a stream of bytes', tests: 'test/masker', mayImport: [] },
  {
    folder: 'src/federation/resolver',
    purpose: 'bindings, priorities, catalogue, `explain`: no I/O',
    tests: 'test/federation/resolver',
    mayImport: ['src/contract'],
    node: [],
  },
  {
    folder: 'src/federation',
    purpose: 'makes backends safe to call; the embedded resolver',
    tests: 'test/federation',
    mayImport: ['src/contract', 'src/federation/resolver'],
  },
  {
    folder: 'src/errors',
    purpose: 'how an error with a code is declared',
    mayImport: [],
    node: [],
  },
  { folder: 'src/files', purpose: 'files of ours, opened without traps', tests: 'test/files', mayImport: [] },
  {
    folder: 'src/database',
    purpose: 'opens the database and runs migrations',
    tests: 'test/database',
    mayImport: ['src/errors', 'src/files'],
  },
  // Its tables come with migrations, whose type the database has.
  {
    folder: 'src/keyring',
    purpose: 'keys, sealing, rotation',
    tests: 'test/keyring',
    mayImport: ['src/contract', 'src/errors', 'src/files', 'src/database'],
  },
  {
    folder: 'src/api',
    purpose: 'the registry of operations, and the client made from it',
    tests: 'test/api',
    mayImport: ['src/contract'],
  },
  {
    folder: 'src/orchestrator',
    purpose: 'the services, and the handlers that serve the registry',
    tests: 'test/orchestrator',
    mayImport: ['src/contract', 'src/federation', 'src/files', 'src/database', 'src/keyring', 'src/api'],
  },
  {
    folder: 'src/telemetry',
    purpose: 'metrics and spans of what the server does; loaded only where they are on',
    tests: 'test/telemetry',
    mayImport: ['src/contract', 'src/federation', 'src/database', 'src/api', 'src/orchestrator'],
  },
  {
    folder: 'src/agent',
    purpose: 'job sessions, step processes, sandboxes, mounted files',
    tests: 'test/agent',
    mayImport: ['src/contract', 'src/sdk', 'src/masker', 'src/errors', 'src/files', 'src/api'],
  },
  // What `backend scaffold` copies becomes a backend author's own code.
  {
    folder: 'src/cli/admin/scaffold/template',
    purpose: 'what `backend scaffold` copies',
    tests: 'test/packaging',
    mayImport: ['src/contract', 'src/conformance', 'src/conformance/testing'],
  },
  {
    folder: 'src/cli/bin',
    purpose: "the programs' first lines",
    tests: 'test/cli',
    mayImport: ['src/cli', 'src/cli/kici', 'src/cli/orchestrator'],
  },
  {
    folder: 'src/cli/kici',
    purpose: '`kici`',
    tests: 'test/cli',
    mayImport: ['src/cli', 'src/files', 'src/api', 'src/agent'],
  },
  {
    folder: 'src/cli/orchestrator',
    purpose: '`kici-orchestrator`',
    tests: 'test/cli',
    mayImport: ['src/cli', 'src/files', 'src/api', 'src/composition'],
  },
  {
    folder: 'src/cli',
    purpose: '`kici-admin`, and what the programs share',
    tests: 'test/cli',
    mayImport: ['src/errors', 'src/files', 'src/api'],
  },
  { folder: 'src/dashboard', purpose: 'the page', tests: 'test/dashboard', mayImport: ['src/api'], node: [] },
  {
    folder: 'src/composition',
    purpose: 'puts everything together; inversify',
    tests: 'test/composition',
    mayImport: all,
    alone: ['inversify'],
  },
  // The host opens files that settings name.
  ...['internal', 'vault', 'aws', 'gcp'].map((name) => ({
    folder: `backends/${name}`,
    purpose: 'one adapter, with the fakes that it is tested against',
    tests: name === 'internal' ? 'test/internal-backend' : `backends/${name}/test`,
    mayImport: ['src/contract'],
    notNode: ['node:fs', 'node:fs/promises'],
  })),
  // Its secrets are files.
  {
    folder: 'backends/sops',
    purpose: 'the adapter for files that SOPS encrypts',
    tests: 'backends/sops/test',
    mayImport: ['src/contract'],
  },
  // Only `backends/aws` knows how to sign in to AWS and what its errors mean.
  {
    folder: 'backends/ssm',
    purpose: 'the adapter for AWS SSM Parameter Store, with the fake that it is tested against',
    tests: 'backends/ssm/test',
    mayImport: ['src/contract', 'backends/aws'],
    notNode: ['node:fs', 'node:fs/promises'],
  },
];

const packages = new Map(
  [
    'src/contract',
    'src/conformance',
    'src/sdk',
    'src/masker',
    'src/federation',
    'src/dashboard',
    ...all.filter((room) => room.startsWith('backends/')),
  ].map((folder) => [readManifest(folder).name, folder]),
);

export function roomOf(path: string): Room | undefined {
  return rooms.find(({ folder }) => path === folder || path.startsWith(`${folder}/`));
}

/** How a file's imports break the rules, in words; empty if they do not. */
export function violations(path: string, source: string): readonly string[] {
  const room = roomOf(path);
  if (room === undefined) return [`${path} lies in no room`];
  return importedModules(source).flatMap((specifier) => {
    const reason = refusal(room, path, specifier);
    return reason === undefined ? [] : [`${path} imports ${specifier}: ${reason}`];
  });
}

function refusal(room: Room, path: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:'))
    return (room.node?.includes(specifier) ?? true) && room.notNode?.includes(specifier) !== true
      ? undefined
      : `${room.folder} may not use this module of Node`;
  // Made by the build.
  if (specifier.startsWith('virtual:')) return undefined;
  if (specifier.startsWith('.')) return betweenRooms(room, normalize(join(dirname(path), specifier)));
  const packageName = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const target = packages.get(packageName);
  if (target !== undefined && !declared(room).has(packageName) && packageFolder(room) !== '.')
    return `${packageFolder(room)}/package.json does not name it`;
  if (target !== undefined) return betweenRooms(room, entryOf(target, specifier.slice(packageName.length)));
  if (!declared(room).has(packageName)) return `${packageFolder(room)}/package.json does not name it`;
  const owner = rooms.find(({ alone }) => alone?.includes(packageName) === true);
  return owner === undefined || owner === room ? undefined : `only ${owner.folder} may`;
}

function betweenRooms(room: Room, target: string): string | undefined {
  // The root manifest holds the version.
  if (target === 'package.json') return undefined;
  const other = roomOf(target);
  if (other === undefined) return 'it lies in no room';
  return other === room || room.mayImport.includes(other.folder)
    ? undefined
    : `${room.folder} may not import ${other.folder}`;
}

/** @param subpath such as `/testing`; empty: the package itself */
function entryOf(folder: string, subpath: string): string {
  return normalize(join(folder, readManifest(folder).exports?.[`.${subpath}`] ?? 'index.ts'));
}

function packageFolder(room: Room): string {
  return [...packages.values()].find((folder) => room.folder === folder || room.folder.startsWith(`${folder}/`)) ?? '.';
}

function declared(room: Room): ReadonlySet<string> {
  const { dependencies, peerDependencies } = readManifest(packageFolder(room));
  return new Set(Object.keys({ ...dependencies, ...peerDependencies }));
}
