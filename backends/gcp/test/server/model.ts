import { randomBytes } from 'node:crypto';
import { crc32c } from '../../versions/crc32c.ts';
import { RpcError } from './rpc-error.ts';

export interface StoredVersion {
  readonly number: number;
  readonly createTime: Date;
  data: Buffer | undefined;
  /** As the service sends it; `undefined`: absent, as before checksums were kept. */
  dataCrc32c: bigint | undefined;
  readonly clientSpecifiedPayloadChecksum: boolean;
  state: 'ENABLED' | 'DISABLED' | 'DESTROYED';
  destroyTime: Date | undefined;
  scheduledDestroyTime: Date | undefined;
  etag: string;
}

export interface StoredSecret {
  readonly id: string;
  /** `projects/NUMBER` or `projects/NUMBER/locations/LOCATION`. */
  readonly parent: string;
  readonly createTime: Date;
  readonly versions: StoredVersion[];
  readonly versionAliases: Map<string, number>;
  labels: Readonly<Record<string, string>>;
  expireTime: Date | undefined;
  versionDestroyTtlSeconds: number | undefined;
  etag: string;
  /** Lists show it only after the service has caught up. */
  hiddenFromLists: boolean;
  /** The version that `latest` still means if the service lags; `undefined`: the newest. */
  laggingLatest: number | undefined;
  /** Numbers that the service skips before the next version. */
  skippedNumbers: number;
}

export interface ModelOptions {
  readonly projectId: string;
  readonly projectNumber: string;
  /** `global`, or the one region whose secrets this endpoint knows. */
  readonly location: string;
  readonly now: () => number;
  /** The service's own limit is 25,000. */
  readonly maxPageSize: number;
}

/** The state of one endpoint of the service, and the only source of truth. */
export class Model {
  readonly options: ModelOptions;
  readonly secrets = new Map<string, StoredSecret>();
  /** Rights that the signed-in identity lacks. */
  readonly denied: ((permission: string, secretId: string | undefined) => boolean)[] = [];

  constructor(options: ModelOptions) {
    this.options = options;
  }

  get parent(): string {
    const { projectNumber, location } = this.options;
    return location === 'global' ? `projects/${projectNumber}` : `projects/${projectNumber}/locations/${location}`;
  }

  /** Removes expired secrets. */
  sweep(): void {
    for (const [id, secret] of this.secrets) {
      if (secret.expireTime !== undefined && secret.expireTime.getTime() <= this.options.now()) this.secrets.delete(id);
      for (const version of secret.versions) {
        if (version.scheduledDestroyTime !== undefined && version.scheduledDestroyTime.getTime() <= this.options.now())
          destroyNow(version, this.options.now());
      }
    }
  }

  /** @throws RpcError `PERMISSION_DENIED`, also for what does not exist: the service does not distinguish the two */
  require(permission: string, secretId: string | undefined): void {
    if (this.denied.some((denies) => denies(permission, secretId))) {
      throw new RpcError(
        'PERMISSION_DENIED',
        `Permission '${permission}' denied for resource '${this.parent}/secrets/${secretId ?? ''}' (or it may not exist).`,
      );
    }
  }

  secret(id: string): StoredSecret {
    const secret = this.secrets.get(id);
    if (secret === undefined) throw new RpcError('NOT_FOUND', `Secret [${this.parent}/secrets/${id}] not found.`);
    return secret;
  }

  version(id: string, selector: string, aliases: boolean): StoredVersion {
    const secret = this.secrets.get(id);
    // The service phrases both the same way.
    const missing = new RpcError(
      'NOT_FOUND',
      `Secret Version [${this.parent}/secrets/${id}/versions/${selector}] not found.`,
    );
    if (secret === undefined) throw missing;
    const number =
      selector === 'latest'
        ? (secret.laggingLatest ?? secret.versions.at(-1)?.number)
        : ((aliases ? secret.versionAliases.get(selector) : undefined) ?? Number(selector));
    const version = secret.versions.find((each) => each.number === number);
    if (version === undefined) throw missing;
    return version;
  }

  create(
    id: string,
    settings: Partial<Pick<StoredSecret, 'labels' | 'expireTime' | 'versionDestroyTtlSeconds'>> = {},
  ): StoredSecret {
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(id))
      throw new RpcError(
        'INVALID_ARGUMENT',
        'The provided Secret ID does not match the expected format [[a-zA-Z_0-9]+].',
      );
    if (this.secrets.has(id))
      throw new RpcError('ALREADY_EXISTS', `Secret [${this.parent}/secrets/${id}] already exists.`);
    const secret: StoredSecret = {
      id,
      parent: this.parent,
      createTime: new Date(this.options.now()),
      versions: [],
      versionAliases: new Map(),
      labels: settings.labels ?? {},
      etag: newEtag(),
      expireTime: settings.expireTime,
      versionDestroyTtlSeconds: settings.versionDestroyTtlSeconds,
      hiddenFromLists: false,
      laggingLatest: undefined,
      skippedNumbers: 0,
    };
    this.secrets.set(id, secret);
    return secret;
  }

  addVersion(id: string, data: Buffer, clientCrc32c?: bigint): StoredVersion {
    const secret = this.secret(id);
    if (data.byteLength === 0) throw new RpcError('INVALID_ARGUMENT', 'Secret Payload cannot be empty.');
    if (data.byteLength > 65_536)
      throw new RpcError('INVALID_ARGUMENT', 'The secret payload is larger than 65536 bytes.');
    const checksum = BigInt(crc32c(data));
    if (clientCrc32c !== undefined && clientCrc32c !== checksum)
      throw new RpcError('INVALID_ARGUMENT', 'The checksum does not match the payload.');
    const version: StoredVersion = {
      number: (secret.versions.at(-1)?.number ?? 0) + secret.skippedNumbers + 1,
      createTime: new Date(this.options.now()),
      data: Buffer.from(data),
      dataCrc32c: checksum,
      clientSpecifiedPayloadChecksum: clientCrc32c !== undefined,
      state: 'ENABLED',
      destroyTime: undefined,
      scheduledDestroyTime: undefined,
      etag: newEtag(),
    };
    secret.skippedNumbers = 0;
    secret.versions.push(version);
    return version;
  }

  destroy(id: string, version: StoredVersion): void {
    const { versionDestroyTtlSeconds } = this.secret(id);
    if (versionDestroyTtlSeconds === undefined) {
      destroyNow(version, this.options.now());
    } else {
      version.state = 'DISABLED';
      version.scheduledDestroyTime = new Date(this.options.now() + versionDestroyTtlSeconds * 1000);
    }
  }
}

function destroyNow(version: StoredVersion, now: number): void {
  version.state = 'DESTROYED';
  version.data = undefined;
  version.destroyTime = new Date(now);
  version.scheduledDestroyTime = undefined;
}

export function newEtag(): string {
  return `"${randomBytes(6).toString('hex')}"`;
}
