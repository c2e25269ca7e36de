import type { Access } from './access.ts';
import type { Input } from './input.ts';
import { invalid, Refusal } from './refusal.ts';
import { versionWith, type SecretStore, type StoredSecret, type StoredVersion } from './store.ts';

type Answer = Record<string, unknown>;

export function getSecretValue(store: SecretStore, access: Access, input: Input): Answer {
  const secret = store.findAlive(input.text('SecretId'));
  const version = select(secret, input.maybeText('VersionId'), input.maybeText('VersionStage'));
  access.requireKey(secret.name);
  return valueAnswer(secret, version);
}

function select(secret: StoredSecret, id: string | undefined, stage: string | undefined): StoredVersion {
  if (id !== undefined && (id.length < 32 || id.length > 64)) throw invalid('VersionId must be 32-64 characters long.');
  const version = id === undefined ? versionWith(secret, stage ?? 'AWSCURRENT') : secret.versions.get(id);
  if (version === undefined) throw new Refusal('ResourceNotFoundException', `Secrets Manager can't find the specified secret value for ${id === undefined ? `staging label: ${stage ?? 'AWSCURRENT'}` : `VersionId: ${id}`}`);
  if (stage !== undefined && !version.stages.has(stage)) throw new Refusal('InvalidRequestException', 'The version id and the staging label are not about the same version.');
  return version;
}

function valueAnswer({ arn, name }: StoredSecret, { id, text, binary, stages, createdAt }: StoredVersion): Answer {
  return { ARN: arn, Name: name, VersionId: id, SecretString: text, SecretBinary: binary, VersionStages: [...stages], CreatedDate: createdAt };
}

export interface BatchBehaviour {
  /** Names that the answer leaves out without a word. */
  readonly leaveOut: Set<string>;
  /** The first page is empty and has a successor. */
  emptyFirstPage: boolean;
}

export function batchGetSecretValue(store: SecretStore, access: Access, behaviour: BatchBehaviour, input: Input): Answer {
  const ids = input.maybeTexts('SecretIdList');
  if (ids === undefined || ids.length === 0) throw invalid('Either \'SecretIdList\' or \'Filters\' must be provided, but not both.');
  if (input.maybeNumber('MaxResults') !== undefined) throw invalid('\'Filters\' not specified. \'Filters\' must also be specified when \'MaxResults\' is provided.');
  if (ids.length > 20) throw invalid('SecretIdList must have at most 20 members.');
  if (behaviour.emptyFirstPage && input.maybeText('NextToken') === undefined) return { SecretValues: [], Errors: [], NextToken: 'the-rest' };
  const values: Answer[] = [];
  const errors: Answer[] = [];
  for (const id of ids.filter((one) => !behaviour.leaveOut.has(one))) {
    try {
      access.require('GetSecretValue', id);
      const secret = store.findAlive(id);
      const version = select(secret, undefined, undefined);
      access.requireKey(secret.name);
      values.push(valueAnswer(secret, version));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      errors.push({ SecretId: id, ErrorCode: error.type, Message: error.message });
    }
  }
  return { SecretValues: values, Errors: errors };
}
