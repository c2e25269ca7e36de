import {
  contractMismatch,
  internalBackendName,
  quote,
  type BackendCapabilities,
  type BackendDefinition,
} from '@kici-dev/secret-backend';
import { ApiError } from '../../api/api-error.ts';
import { UnusableFileError } from '../../files/plain-file.ts';

/** A source of definitions: a package named in the server's configuration. */
export interface BackendPackage {
  readonly name: string;
  load(): Promise<unknown>;
}

export interface PackageProblem {
  readonly package: string;
  readonly problem: string;
  readonly hint: string;
}

/** The backend types that this server can open. */
export interface BackendTypes {
  /** @throws ApiError `invalid_request`, which names the available types */
  get(type: string): Promise<BackendDefinition>;
  list(): Promise<{ readonly definitions: readonly BackendDefinition[]; readonly problems: readonly PackageProblem[] }>;
}

type Loaded = { readonly definitions: readonly BackendDefinition[] } | PackageProblem;

/** Packages are loaded when a type is first asked for; one that failed to load is tried again. */
export function createBackendTypes(
  builtIn: readonly BackendDefinition[],
  packages: readonly BackendPackage[],
): BackendTypes {
  const loaded = new Map<string, Promise<Loaded>>();

  function load(source: BackendPackage): Promise<Loaded> {
    const known = loaded.get(source.name);
    if (known !== undefined) return known;
    const loading = loadPackage(source);
    loaded.set(source.name, loading);
    void loading.then((result) => 'problem' in result && loaded.delete(source.name));
    return loading;
  }

  async function list(): ReturnType<BackendTypes['list']> {
    const results = await Promise.all(packages.map(load));
    const definitions = [...builtIn];
    const problems: PackageProblem[] = [];
    const add = (source: string, definition: BackendDefinition): void => {
      if (definitions.some(({ type }) => type === definition.type)) problems.push(twice(source, definition.type));
      else definitions.push(definition);
    };
    for (const [index, result] of results.entries())
      if ('problem' in result) problems.push(result);
      else for (const definition of result.definitions) add(packages[index]?.name ?? '', definition);
    return { definitions, problems };
  }

  return {
    list,
    async get(type) {
      const { definitions, problems } = await list();
      const definition = definitions.find((known) => known.type === type);
      if (definition !== undefined) return definition;
      const missing = problems.map((problem) => `${problem.package} ${problem.problem} (${problem.hint})`);
      throw new ApiError(
        'invalid_request',
        [
          `there is no backend type ${quote(type)}; there are ${definitions.map((known) => known.type).join(', ')}`,
          ...missing,
        ].join('; '),
        "see `kici-admin backend types`; a package of your own must be named in the server's configuration",
      );
    },
  };
}

/** Everything that keeps a package from providing its types. */
export async function packageProblems(packages: readonly BackendPackage[]): Promise<readonly PackageProblem[]> {
  const { definitions, problems } = await createBackendTypes([], packages).list();
  const builtIn = definitions
    .filter(({ type }) => type === internalBackendName)
    .map(() => twice('a package', internalBackendName));
  return [...problems, ...builtIn];
}

async function loadPackage(source: BackendPackage): Promise<Loaded> {
  const { name } = source;
  let namespace: unknown;
  try {
    namespace = await source.load();
  } catch (error) {
    return { package: name, ...whyNotLoaded(name, error) };
  }
  const exported = typeof namespace === 'object' && namespace !== null ? Object.entries(namespace) : [];
  const candidates = exported.filter(([, value]) => isMeantAsDefinition(value));
  const mismatch = candidates.map(([, value]) => contractMismatch(value)).find((problem) => problem !== undefined);
  if (mismatch !== undefined)
    return {
      package: name,
      problem: mismatch,
      hint: 'install a version of the package that fits, or a server of the other version',
    };
  const lacks = candidates.flatMap(([as, value]) => {
    const lack = whatLacks(value);
    return lack === undefined ? [] : [`its ${as} has no ${lack}`];
  });
  const definitions = candidates.map(([, value]) => value).filter(isDefinition);
  if (definitions.length > 0 && lacks.length === 0) return { definitions };
  return {
    package: name,
    problem: ['exports no backend definition', ...lacks].join(': '),
    hint: 'a package exports one or more `BackendDefinition` of the contract @kici-dev/secret-backend; install a compatible version, or remove it from the list',
  };
}

function whyNotLoaded(name: string, error: unknown): Omit<PackageProblem, 'package'> {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT')
    return {
      problem: 'is not there',
      hint: 'check the path; it is relative to the folder that the server is started in',
    };
  if (error instanceof UnusableFileError) return { problem: error.message, hint: 'check the path' };
  if (error instanceof Error && (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')) {
    // Of the loader's message only the module's name is shown.
    const missing = /Cannot find (?:package|module) '([^'\s]{1,214})'/.exec(error.message)?.[1];
    return missing === undefined || missing === name
      ? { problem: 'is not installed', hint: `npm install ${name}` }
      : {
          problem: `needs ${quote(missing)}, which is not installed`,
          hint: `npm install ${missing.startsWith('/') ? name : missing}`,
        };
  }
  return {
    problem: `cannot be loaded: it throws a value of the kind ${kindOf(error)}`,
    hint: `see the error itself with \`node --import ${name} -e 0\``,
  };
}

/** The class name comes from code, so it is safe to show. */
function kindOf(thrown: unknown): string {
  const { name } = thrown instanceof Error ? thrown.constructor : { name: typeof thrown };
  return /^\w{1,60}$/.test(name) ? name : 'Error';
}

function isMeantAsDefinition(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    ('create' in value || 'capabilities' in value)
  );
}

const capabilityKinds = {
  write: 'boolean',
  delete: 'boolean',
  compareAndSet: 'boolean',
  versionPins: 'boolean',
  versions: 'boolean',
  restore: 'boolean',
  declare: 'boolean',
  scopes: 'boolean',
  binary: 'boolean',
  listConsistency: 'string',
  listReadsValues: 'boolean',
  readBatchSize: 'number',
  maxValueBytes: 'number',
} satisfies Record<keyof BackendCapabilities, string>;

const definitionKinds = {
  title: 'string',
  summary: 'string',
  settings: 'object',
  capabilities: 'object',
  create: 'function',
} satisfies Partial<Record<keyof BackendDefinition, string>>;

/** The first mismatch with the contract; `undefined` if there is none. */
function whatLacks(value: object): string | undefined {
  const wrong = (of: object, kinds: Readonly<Record<string, string>>): string | undefined =>
    Object.entries(kinds).find(([name, kind]) => {
      const member: unknown = Reflect.get(of, name);
      return typeof member !== kind || member === null;
    })?.[0];
  const member = wrong(value, definitionKinds);
  if (member !== undefined) return member;
  const capabilities: unknown = Reflect.get(value, 'capabilities');
  const capability = wrong(
    typeof capabilities === 'object' && capabilities !== null ? capabilities : {},
    capabilityKinds,
  );
  return capability === undefined ? undefined : `capability ${capability}`;
}

function isDefinition(value: object): value is BackendDefinition {
  return whatLacks(value) === undefined;
}

function twice(name: string, type: string): PackageProblem {
  return {
    package: name,
    problem: `provides the type ${type}, which another package provides too`,
    hint: "remove one of them from the server's configuration",
  };
}
