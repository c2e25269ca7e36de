import { dirname, join, normalize } from 'node:path';
import { importedModules, readManifest } from './imports.ts';

export interface Room {
  /** A folder of the repository. */
  readonly folder: string;
  /** Rooms that it may import, itself left out. */
  readonly mayImport: readonly string[];
  /** Modules of Node that it may import; left out: all. */
  readonly node?: readonly string[];
  /** Packages that only this room may import. */
  readonly alone?: readonly string[];
}

const all = [
  'src/contract',
  'src/conformance',
  'src/sdk',
  'src/masker',
  'src/federation',
  'src/errors',
  'src/files',
  'src/database',
  'src/keyring',
  'src/api',
  'src/orchestrator',
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

/** The import column of the architecture; the first room whose folder holds a file is the file's room. */
export const rooms: readonly Room[] = [
  { folder: 'src/contract', mayImport: [], node: [] },
  {
    folder: 'src/conformance',
    mayImport: ['src/contract'],
    node: ['node:assert', 'node:assert/strict', 'node:timers', 'node:timers/promises', 'node:util'],
  },
  { folder: 'src/sdk', mayImport: [], node: [] },
  { folder: 'src/masker', mayImport: [] },
  { folder: 'src/federation/resolver', mayImport: ['src/contract'], node: [] },
  { folder: 'src/federation', mayImport: ['src/contract', 'src/federation/resolver'] },
  { folder: 'src/errors', mayImport: [], node: [] },
  { folder: 'src/files', mayImport: [] },
  { folder: 'src/database', mayImport: ['src/errors', 'src/files'] },
  // Its tables come with migrations, whose type the database has.
  { folder: 'src/keyring', mayImport: ['src/contract', 'src/errors', 'src/files', 'src/database'] },
  { folder: 'src/api', mayImport: ['src/contract'] },
  {
    folder: 'src/orchestrator',
    mayImport: ['src/contract', 'src/federation', 'src/files', 'src/database', 'src/keyring', 'src/api'],
  },
  { folder: 'src/agent', mayImport: ['src/contract', 'src/sdk', 'src/masker', 'src/errors', 'src/files', 'src/api'] },
  // What `backend scaffold` copies is a backend author's own code.
  { folder: 'src/cli/admin/scaffold/template', mayImport: ['src/contract', 'src/conformance'] },
  { folder: 'src/cli/bin', mayImport: ['src/cli', 'src/cli/kici', 'src/cli/orchestrator'] },
  { folder: 'src/cli/kici', mayImport: ['src/cli', 'src/files', 'src/api', 'src/agent'] },
  { folder: 'src/cli/orchestrator', mayImport: ['src/cli', 'src/files', 'src/api', 'src/composition'] },
  { folder: 'src/cli', mayImport: ['src/errors', 'src/files', 'src/api'] },
  { folder: 'src/dashboard', mayImport: ['src/api'], node: [] },
  { folder: 'src/composition', mayImport: all, alone: ['inversify'] },
  ...['internal', 'vault', 'aws', 'gcp', 'sops'].map((name) => ({
    folder: `backends/${name}`,
    mayImport: ['src/contract'],
  })),
  // Signing in to AWS, and what its errors mean, lies there once.
  { folder: 'backends/ssm', mayImport: ['src/contract', 'backends/aws'] },
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

/** What a file imports against the rules, in words; none when it keeps them. */
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
    return room.node === undefined || room.node.includes(specifier)
      ? undefined
      : `${room.folder} may not use this module of Node`;
  // The build makes it.
  if (specifier.startsWith('virtual:')) return undefined;
  if (specifier.startsWith('.')) return betweenRooms(room, normalize(join(dirname(path), specifier)));
  const packageName = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const target = packages.get(packageName);
  if (target !== undefined && !declared(room).has(packageName) && packageFolder(room) !== '.')
    return `${packageFolder(room)}/package.json does not name it`;
  if (target !== undefined) return betweenRooms(room, `${target}/index.ts`);
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

function packageFolder(room: Room): string {
  return [...packages.values()].find((folder) => room.folder === folder || room.folder.startsWith(`${folder}/`)) ?? '.';
}

function declared(room: Room): ReadonlySet<string> {
  return new Set(Object.keys(readManifest(packageFolder(room)).dependencies ?? {}));
}
