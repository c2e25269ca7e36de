import { isRecord, member, memberCount, type JsonRecord } from '../../wire/json.ts';
import { data, done, nothing, refused, warned, type Call, type Reply } from './reply.ts';

/** Handles the paths below a mount. */
export interface Engine {
  readonly version: '1' | '2';
  handle(call: Call, path: string): Reply;
}

/** The children of a folder: a path, a folder that ends in a slash, or both. */
function listing(paths: Iterable<string>, folder: string): Reply {
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const keys = new Set<string>();
  for (const path of paths) {
    if (!path.startsWith(prefix)) continue;
    const [first = '', ...rest] = path.slice(prefix.length).split('/');
    keys.add(rest.length === 0 ? first : `${first}/`);
  }
  return keys.size === 0 ? nothing : data({ keys: [...keys].toSorted() });
}

export function isList({ method, query }: Call): boolean {
  return method === 'GET' && query.get('list') === 'true';
}

export function createKv1(): Engine {
  const secrets = new Map<string, JsonRecord>();
  return {
    version: '1',
    handle(call, path) {
      if (isList(call)) return listing(secrets.keys(), path);
      if (call.method === 'GET') {
        const fields = secrets.get(path);
        return fields === undefined ? nothing : data(fields, { lease_duration: 2_764_800 });
      }
      if (call.method === 'DELETE') {
        secrets.delete(path);
        return done;
      }
      if (!isRecord(call.body) || Object.keys(call.body).length === 0) return refused(400, 'missing data fields');
      secrets.set(path, call.body);
      return done;
    },
  };
}

interface Version {
  readonly data: JsonRecord;
  readonly created: string;
  deletion: string;
  destroyed: boolean;
}

interface Secret {
  readonly versions: Map<number, Version>;
  current: number;
  /** Milliseconds after which a new version deletes itself. */
  lifeMs: number;
}

const keptVersions = 10;

export function createKv2(now: () => number): Engine {
  const secrets = new Map<string, Secret>();
  const stamp = (at: number): string => new Date(at).toISOString();
  const metadataOf = (version: Version, number: number): object => ({
    created_time: version.created,
    custom_metadata: null,
    deletion_time: version.deletion,
    destroyed: version.destroyed,
    version: number,
  });
  const find = (call: Call, path: string): { readonly version: Version; readonly number: number } | undefined => {
    const secret = secrets.get(path);
    const wanted = Number(call.query.get('version') ?? 0);
    const number = wanted === 0 ? (secret?.current ?? 0) : wanted;
    const version = secret?.versions.get(number);
    return version && { version, number };
  };
  const isGone = ({ deletion, destroyed }: Version): boolean =>
    destroyed || (deletion !== '' && Date.parse(deletion) <= now());

  const read = (call: Call, path: string, part: 'data' | 'subkeys'): Reply => {
    if (Number.isNaN(Number(call.query.get('version') ?? 0)))
      return refused(400, 'Field validation failed: error converting input for field "version"');
    const found = find(call, path);
    if (found === undefined) return nothing;
    const metadata = metadataOf(found.version, found.number);
    if (isGone(found.version)) return { ...data({ [part]: null, metadata }), status: 404 };
    return data({
      [part]:
        part === 'data'
          ? found.version.data
          : Object.fromEntries(Object.keys(found.version.data).map((key) => [key, null])),
      metadata,
    });
  };

  const write = (call: Call, path: string): Reply => {
    const fields = member(call.body, 'data');
    if (!isRecord(fields)) return refused(400, 'no data provided');
    const cas = memberCount(member(call.body, 'options'), 'cas');
    const secret: Secret = secrets.get(path) ?? { versions: new Map(), current: 0, lifeMs: 0 };
    if (cas !== undefined && cas !== secret.current)
      return refused(400, 'check-and-set parameter did not match the current version');
    secret.current += 1;
    const version = {
      data: fields,
      created: stamp(now()),
      deletion: secret.lifeMs === 0 ? '' : stamp(now() + secret.lifeMs),
      destroyed: false,
    };
    secret.versions.set(secret.current, version);
    secret.versions.delete(secret.current - keptVersions);
    secrets.set(path, secret);
    return data(metadataOf(version, secret.current));
  };

  const remove = (path: string, numbers: readonly number[], act: (version: Version) => void): Reply => {
    const secret = secrets.get(path);
    for (const number of numbers.length === 0 ? [secret?.current ?? 0] : numbers) {
      const version = secret?.versions.get(number);
      if (version !== undefined) act(version);
    }
    return done;
  };

  const metadata = (call: Call, path: string): Reply => {
    if (isList(call)) return listing(secrets.keys(), path);
    const secret = secrets.get(path);
    if (call.method === 'DELETE') {
      secrets.delete(path);
      return done;
    }
    if (call.method === 'POST') {
      const life = member(call.body, 'delete_version_after');
      secrets.set(path, {
        ...(secret ?? { versions: new Map(), current: 0 }),
        lifeMs: typeof life === 'string' ? Number.parseInt(life, 10) * 1000 : 0,
      });
      return done;
    }
    if (secret === undefined) return nothing;
    const versions = Object.fromEntries(
      [...secret.versions].map(([number, version]) => [
        number,
        { created_time: version.created, deletion_time: version.deletion, destroyed: version.destroyed },
      ]),
    );
    return data({
      current_version: secret.current,
      oldest_version: 0,
      max_versions: 0,
      cas_required: false,
      custom_metadata: null,
      delete_version_after: `${secret.lifeMs / 1000}s`,
      versions,
    });
  };

  return {
    version: '2',
    handle(call, whole) {
      const slash = whole.indexOf('/');
      const [part, path] = slash < 0 ? [whole, ''] : [whole.slice(0, slash), whole.slice(slash + 1)];
      const listed = member(call.body, 'versions');
      const numbers = Array.isArray(listed) ? listed.map((number) => memberCount({ number }, 'number') ?? 0) : [];
      switch (part) {
        case 'data':
          if (call.method === 'GET') return read(call, path, 'data');
          if (call.method === 'DELETE')
            return remove(path, [], (version) => {
              version.deletion = stamp(now());
            });
          return write(call, path);
        case 'subkeys':
          return read(call, path, 'subkeys');
        case 'metadata':
          return metadata(call, path);
        case 'destroy':
          return remove(path, numbers, (version) => {
            version.destroyed = true;
          });
        default:
          return warned(
            'Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use.',
          );
      }
    },
  };
}
