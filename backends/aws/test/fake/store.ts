import { randomBytes, randomUUID } from 'node:crypto';
import { invalid, markedForDeletion, notFound, Refusal } from './refusal.ts';

export interface StoredVersion {
  readonly id: string;
  readonly text: string | undefined;
  /** Base64, as on the wire. */
  readonly binary: string | undefined;
  readonly stages: Set<string>;
  readonly createdAt: number;
}

export interface StoredSecret {
  readonly name: string;
  readonly arn: string;
  readonly versions: Map<string, StoredVersion>;
  readonly createdAt: number;
  changedAt: number;
  deletedAt: number | undefined;
  kmsKeyId: string | undefined;
  tags: readonly unknown[];
  /** Who else may use it, as JSON. */
  policy: string | undefined;
}

export interface Payload {
  readonly text: string | undefined;
  readonly binary: string | undefined;
}

/** Secrets with their versions and stages, under the service's rules. */
export class SecretStore {
  readonly secrets = new Map<string, StoredSecret>();
  readonly region: string;
  readonly account: string;
  #clock = 1_700_000_000;

  constructor(region: string, account: string) {
    this.region = region;
    this.account = account;
  }

  /** In seconds; each call is a little later than the previous one. */
  now(): number {
    this.#clock += 0.001;
    return this.#clock;
  }

  /** By name, by ARN, or by an ARN without its six random characters. */
  find(id: string): StoredSecret {
    const secret = this.lookUp(id);
    if (secret === undefined) throw notFound();
    return secret;
  }

  lookUp(id: string): StoredSecret | undefined {
    return id.startsWith('arn:') ? this.#byArn(id) : this.secrets.get(id);
  }

  #byArn(id: string): StoredSecret | undefined {
    const all = [...this.secrets.values()];
    return all.find(({ arn }) => arn === id) ?? all.find(({ arn }) => arn.slice(0, -7) === id);
  }

  findAlive(id: string): StoredSecret {
    const secret = this.find(id);
    if (secret.deletedAt !== undefined) throw markedForDeletion();
    return secret;
  }

  create(
    name: string,
    payload: Payload | undefined,
    token: string = randomUUID(),
  ): { secret: StoredSecret; version: string | undefined } {
    if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name)) throw new Refusal('ValidationException', 'Invalid name.');
    const there = this.secrets.get(name);
    if (there?.deletedAt !== undefined)
      throw new Refusal(
        'InvalidRequestException',
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    if (there !== undefined) {
      if (payload !== undefined && sameValue(there.versions.get(token), payload))
        return { secret: there, version: token };
      throw new Refusal('ResourceExistsException', 'The operation failed because the secret already exists.');
    }
    const at = this.now();
    const suffix = randomBytes(6).toString('hex').slice(0, 6);
    const secret: StoredSecret = {
      name,
      arn: `arn:aws:secretsmanager:${this.region}:${this.account}:secret:${name}-${suffix}`,
      versions: new Map(),
      createdAt: at,
      changedAt: at,
      deletedAt: undefined,
      kmsKeyId: undefined,
      tags: [],
      policy: undefined,
    };
    if (payload !== undefined) this.#add(secret, payload, token, ['AWSCURRENT']);
    this.secrets.set(name, secret);
    return { secret, version: payload === undefined ? undefined : token };
  }

  put(
    id: string,
    payload: Payload,
    token: string = randomUUID(),
    stages: readonly string[] = ['AWSCURRENT'],
  ): { secret: StoredSecret; version: StoredVersion } {
    const secret = this.findAlive(id);
    const there = secret.versions.get(token);
    if (there !== undefined && !sameValue(there, payload))
      throw new Refusal('ResourceExistsException', 'A version with this token and another value exists.');
    const version =
      there ?? this.#add(secret, payload, token, secret.versions.size === 0 ? [...stages, 'AWSCURRENT'] : stages);
    return { secret, version };
  }

  #add(secret: StoredSecret, { text, binary }: Payload, token: string, stages: readonly string[]): StoredVersion {
    if (token.length < 32 || token.length > 64) throw invalid('ClientRequestToken must be 32-64 characters long.');
    const size = text === undefined ? Buffer.from(binary ?? '', 'base64').byteLength : Buffer.byteLength(text);
    if ((text === undefined) === (binary === undefined))
      throw invalid('You must provide either SecretString or SecretBinary, and not both.');
    if (size < 1 || size > 65_536)
      throw new Refusal('ValidationException', 'Member must have length between 1 and 65536.');
    const version = { id: token, text, binary, stages: new Set<string>(), createdAt: this.now() };
    secret.versions.set(token, version);
    for (const stage of new Set(stages)) this.moveStage(secret, stage, version);
    return version;
  }

  /** A stage belongs to one version. AWSPREVIOUS follows AWSCURRENT. */
  moveStage(secret: StoredSecret, stage: string, to: StoredVersion | undefined): void {
    const from = versionWith(secret, stage);
    from?.stages.delete(stage);
    to?.stages.add(stage);
    secret.changedAt = this.now();
    if (stage !== 'AWSCURRENT' || from === undefined || from === to) return;
    versionWith(secret, 'AWSPREVIOUS')?.stages.delete('AWSPREVIOUS');
    from.stages.add('AWSPREVIOUS');
    to?.stages.delete('AWSPREVIOUS');
  }
}

export function versionWith({ versions }: StoredSecret, stage: string): StoredVersion | undefined {
  return [...versions.values()].find(({ stages }) => stages.has(stage));
}

function sameValue(version: StoredVersion | undefined, { text, binary }: Payload): boolean {
  return version !== undefined && version.text === text && version.binary === binary;
}
