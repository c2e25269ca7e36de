import { matches } from './filter.ts';
import { newEtag, type Model, type StoredSecret, type StoredVersion } from './model.ts';
import { RpcError } from './rpc-error.ts';

/** A message with bytes as Buffer, 64-bit integers as bigint and times as Date. */
export type Message = Readonly<Record<string, unknown>>;

export type Method = (model: Model, request: Message) => Message;

/** Source: the descriptions in the protocol that the client library ships. */
export const methods: Readonly<Record<string, Method>> = {
  ListSecrets(model, request) {
    requireParent(model, request['parent']);
    model.require('secretmanager.secrets.list', undefined);
    const filter = text(request['filter']);
    const all = [...model.secrets.values()].filter(({ hiddenFromLists }) => !hiddenFromLists).toReversed();
    const wanted = all.filter((secret) => matches(filter, secretMessage(secret)));
    const { page, nextPageToken } = paginate(model, wanted, request);
    return { secrets: page.map(secretMessage), nextPageToken, totalSize: filter === '' ? wanted.length : 0 };
  },
  GetSecret(model, request) {
    const { id } = secretOf(model, request['name']);
    model.require('secretmanager.secrets.get', id);
    return secretMessage(model.secret(id));
  },
  CreateSecret(model, request) {
    requireParent(model, request['parent']);
    model.require('secretmanager.secrets.create', undefined);
    const secret = nested(request['secret']);
    if ((model.options.location === 'global') !== (secret['replication'] != null)) {
      throw new RpcError('INVALID_ARGUMENT', 'A global secret has a replication policy, a regional one has none.');
    }
    return secretMessage(model.create(text(request['secretId']), { labels: labelsOf(secret['labels']) }));
  },
  UpdateSecret(model, request) {
    const update = nested(request['secret']);
    const { id } = secretOf(model, update['name']);
    model.require('secretmanager.secrets.update', id);
    const secret = model.secret(id);
    requireEtag(secret.etag, update['etag']);
    secret.labels = labelsOf(update['labels']);
    secret.etag = newEtag();
    return secretMessage(secret);
  },
  DeleteSecret(model, request) {
    const { id } = secretOf(model, request['name']);
    model.require('secretmanager.secrets.delete', id);
    requireEtag(model.secret(id).etag, request['etag']);
    model.secrets.delete(id);
    return {};
  },
  AddSecretVersion(model, request) {
    const { id } = secretOf(model, request['parent']);
    model.require('secretmanager.versions.add', id);
    const { data, dataCrc32c } = nested(request['payload']);
    const version = model.addVersion(
      id,
      Buffer.isBuffer(data) ? data : Buffer.alloc(0),
      typeof dataCrc32c === 'bigint' ? dataCrc32c : undefined,
    );
    return versionMessage(model.secret(id), version);
  },
  ListSecretVersions(model, request) {
    const { id } = secretOf(model, request['parent']);
    model.require('secretmanager.versions.list', id);
    const secret = model.secret(id);
    const filter = text(request['filter']);
    const wanted = secret.versions
      .toReversed()
      .map((version) => versionMessage(secret, version))
      .filter((version) => matches(filter, version));
    const { page, nextPageToken } = paginate(model, wanted, request);
    return { versions: page, nextPageToken, totalSize: filter === '' ? wanted.length : 0 };
  },
  GetSecretVersion(model, request) {
    const { id, selector } = versionOf(model, request['name']);
    model.require('secretmanager.versions.get', id);
    return versionMessage(model.secret(id), model.version(id, selector, true));
  },
  AccessSecretVersion(model, request) {
    const { id, selector } = versionOf(model, request['name']);
    model.require('secretmanager.versions.access', id);
    const version = model.version(id, selector, true);
    const name = versionName(model.secret(id), version);
    if (version.state !== 'ENABLED' || version.data === undefined)
      throw new RpcError('FAILED_PRECONDITION', `Secret Version [${name}] is in ${version.state} state.`);
    return {
      name,
      payload: { data: version.data, ...(version.dataCrc32c !== undefined && { dataCrc32c: version.dataCrc32c }) },
    };
  },
  DisableSecretVersion: changeState((_model, _id, version) => {
    if (version.state === 'DESTROYED') throw new RpcError('FAILED_PRECONDITION', 'The version is destroyed.');
    version.state = 'DISABLED';
  }),
  EnableSecretVersion: changeState((_model, _id, version) => {
    if (version.state === 'DESTROYED') throw new RpcError('FAILED_PRECONDITION', 'The version is destroyed.');
    version.state = 'ENABLED';
    version.scheduledDestroyTime = undefined;
  }),
  DestroySecretVersion: changeState((model, id, version) => model.destroy(id, version)),
  TestIamPermissions(model, request) {
    const { id } = secretOf(model, request['resource']);
    const asked = Array.isArray(request['permissions']) ? request['permissions'].map(String) : [];
    const held = model.secrets.has(id)
      ? asked.filter((permission) => !model.denied.some((denies) => denies(permission, id)))
      : [];
    return { permissions: held };
  },
};

function changeState(change: (model: Model, id: string, version: StoredVersion) => void): Method {
  return (model, request) => {
    const { id, selector } = versionOf(model, request['name']);
    model.require('secretmanager.versions.manage', id);
    // Aliases select a version only in GetSecretVersion and AccessSecretVersion.
    const version = model.version(id, selector, false);
    requireEtag(version.etag, request['etag']);
    change(model, id, version);
    version.etag = newEtag();
    return versionMessage(model.secret(id), version);
  };
}

function secretMessage(secret: StoredSecret): Message {
  const { id, parent, createTime, labels, etag, expireTime, versionAliases } = secret;
  return {
    name: `${parent}/secrets/${id}`,
    createTime,
    labels,
    etag,
    versionAliases: Object.fromEntries([...versionAliases].map(([alias, number]) => [alias, BigInt(number)])),
    ...(!parent.includes('/locations/') && { replication: { automatic: {} } }),
    ...(expireTime !== undefined && { expireTime }),
  };
}

function versionMessage(secret: StoredSecret, version: StoredVersion): Message {
  const { createTime, destroyTime, scheduledDestroyTime, state, etag, clientSpecifiedPayloadChecksum } = version;
  return {
    name: versionName(secret, version),
    createTime,
    state,
    etag,
    clientSpecifiedPayloadChecksum,
    ...(destroyTime !== undefined && { destroyTime }),
    ...(scheduledDestroyTime !== undefined && { scheduledDestroyTime }),
  };
}

function versionName({ parent, id }: StoredSecret, { number }: StoredVersion): string {
  return `${parent}/secrets/${id}/versions/${number}`;
}

/** Projects go by id or number; another location belongs to another endpoint. */
function localName(model: Model, name: unknown): string {
  const { projectId, projectNumber, location } = model.options;
  const [, project, region, rest] = /^projects\/([^/]+)(?:\/locations\/([^/]+))?(?:\/(.*))?$/.exec(text(name)) ?? [];
  if (project === undefined) throw new RpcError('INVALID_ARGUMENT', 'The name is malformed.');
  if (project !== projectId && project !== projectNumber)
    throw new RpcError('PERMISSION_DENIED', `Permission denied on resource project ${project}.`);
  if ((region ?? 'global') !== location)
    throw new RpcError('INVALID_ARGUMENT', `This endpoint serves the location ${location}.`);
  return rest ?? '';
}

function requireParent(model: Model, parent: unknown): void {
  if (localName(model, parent) !== '') throw new RpcError('INVALID_ARGUMENT', 'The parent is malformed.');
}

function secretOf(model: Model, name: unknown): { id: string } {
  const [, id] = /^secrets\/([^/]+)$/.exec(localName(model, name)) ?? [];
  if (id === undefined) throw new RpcError('INVALID_ARGUMENT', 'The name of the secret is malformed.');
  return { id };
}

function versionOf(model: Model, name: unknown): { id: string; selector: string } {
  const [, id, selector] = /^secrets\/([^/]+)\/versions\/([^/]+)$/.exec(localName(model, name)) ?? [];
  if (id === undefined || selector === undefined)
    throw new RpcError('INVALID_ARGUMENT', 'The name of the version is malformed.');
  return { id, selector };
}

function requireEtag(current: string, given: unknown): void {
  if (text(given) !== '' && given !== current)
    throw new RpcError('FAILED_PRECONDITION', 'The etag does not match the current one.');
}

function paginate<T>(
  { options: { maxPageSize } }: Model,
  all: readonly T[],
  request: Message,
): { page: T[]; nextPageToken: string } {
  const size = Math.min(Number(request['pageSize'] ?? 0) || maxPageSize, maxPageSize);
  const token = text(request['pageToken']);
  const start = token === '' ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isSafeInteger(start)) throw new RpcError('INVALID_ARGUMENT', 'The page token is malformed.');
  return {
    page: all.slice(start, start + size),
    nextPageToken: start + size < all.length ? Buffer.from(String(start + size)).toString('base64url') : '',
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function nested(value: unknown): Message {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function labelsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(nested(value)).map(([name, label]) => [name, String(label)]));
}
