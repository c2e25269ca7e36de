import { quote, type BackendDefinition } from '@kici-dev/secret-backend';
import { ApiError } from '../../api/errors.ts';

/** Where definitions come from: a package named in the server's configuration. */
export interface BackendPackage {
  readonly name: string;
  load(): Promise<unknown>;
}

export interface PackageProblem {
  readonly package: string;
  readonly problem: string;
  readonly hint: string;
}

/** The types of backend that this server can open. */
export interface BackendTypes {
  /** @throws ApiError `invalid_request` naming the types that there are */
  get(type: string): Promise<BackendDefinition>;
  list(): Promise<{ readonly definitions: readonly BackendDefinition[]; readonly problems: readonly PackageProblem[] }>;
}

type Loaded = { readonly definitions: readonly BackendDefinition[] } | PackageProblem;

/** Packages are loaded when the first type is asked for; one that could not be had is tried again. */
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
    for (const [index, result] of results.entries()) {
      if ('problem' in result) problems.push(result);
      else {
        for (const definition of result.definitions) {
          if (definitions.some(({ type }) => type === definition.type))
            problems.push(twice(packages[index]?.name ?? '', definition.type));
          else definitions.push(definition);
        }
      }
    }
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

async function loadPackage(source: BackendPackage): Promise<Loaded> {
  let namespace: unknown;
  try {
    namespace = await source.load();
  } catch (error) {
    const missing =
      error instanceof Error &&
      'code' in error &&
      (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND');
    return missing
      ? { package: source.name, problem: 'is not installed', hint: `npm install ${source.name}` }
      : {
          package: source.name,
          problem: `cannot be loaded (${error instanceof Error ? error.name : typeof error})`,
          hint: `try \`node --input-type=module -e "import '${source.name}'"\``,
        };
  }
  const definitions =
    typeof namespace === 'object' && namespace !== null ? Object.values(namespace).filter(isDefinition) : [];
  return definitions.length > 0
    ? { definitions }
    : {
        package: source.name,
        problem: 'exports no backend definition',
        hint: `npm install ${source.name}@latest, or take it out of the server's configuration`,
      };
}

function isDefinition(value: unknown): value is BackendDefinition {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'title' in value &&
    typeof value.title === 'string' &&
    'settings' in value &&
    typeof value.settings === 'object' &&
    'capabilities' in value &&
    typeof value.capabilities === 'object' &&
    'create' in value &&
    typeof value.create === 'function'
  );
}

function twice(name: string, type: string): PackageProblem {
  return {
    package: name,
    problem: `brings the type ${type}, which another package brings too`,
    hint: "take one of them out of the server's configuration",
  };
}
