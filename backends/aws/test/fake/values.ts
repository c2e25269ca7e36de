import type { Input } from './input.ts';
import { invalid, Refusal } from './refusal.ts';
import type { FakeState } from './state.ts';
import { versionWith, type StoredSecret, type StoredVersion } from './store.ts';

type Answer = Record<string, unknown>;

export function getSecretValue(state: FakeState, input: Input): Answer {
  return valueAt(state, input.text('SecretId'), input.maybeText('VersionId'), input.maybeText('VersionStage'));
}

function valueAt(
  { store, caller, access }: Pick<FakeState, 'store' | 'caller' | 'access'>,
  secretId: string,
  versionId?: string,
  stage?: string,
): Answer {
  const secret = store.findAlive(secretId);
  if (secret.kmsKeyId === undefined && store.account !== caller.account) {
    throw new Refusal(
      'InvalidRequestException',
      "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.",
    );
  }
  const version = select(secret, versionId, stage);
  access.requireKey(secret.name);
  return valueAnswer(secret, version);
}

function select(secret: StoredSecret, id: string | undefined, stage: string | undefined): StoredVersion {
  if (id !== undefined && (id.length < 32 || id.length > 64)) throw invalid('VersionId must be 32-64 characters long.');
  const version = id === undefined ? versionWith(secret, stage ?? 'AWSCURRENT') : secret.versions.get(id);
  if (version === undefined)
    throw new Refusal(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${id === undefined ? `staging label: ${stage ?? 'AWSCURRENT'}` : `VersionId: ${id}`}`,
    );
  if (stage !== undefined && !version.stages.has(stage))
    throw new Refusal(
      'InvalidRequestException',
      'The version id and the staging label are not about the same version.',
    );
  return version;
}

function valueAnswer({ arn, name }: StoredSecret, { id, text, binary, stages, createdAt }: StoredVersion): Answer {
  return {
    ARN: arn,
    Name: name,
    VersionId: id,
    SecretString: text,
    SecretBinary: binary,
    VersionStages: [...stages],
    CreatedDate: createdAt,
  };
}

export function batchGetSecretValue({ accounts, caller, access, batch }: FakeState, input: Input): Answer {
  const ids = input.maybeTexts('SecretIdList');
  if (ids === undefined || ids.length === 0)
    throw invalid("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
  if (input.maybeNumber('MaxResults') !== undefined)
    throw invalid("'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.");
  if (ids.length > 20) throw invalid('SecretIdList must have at most 20 members.');
  if (batch.emptyFirstPage && input.maybeText('NextToken') === undefined)
    return { SecretValues: [], Errors: [], NextToken: 'the-rest' };
  const values: Answer[] = [];
  const errors: Answer[] = [];
  for (const id of ids.filter((one) => !batch.leaveOut.has(one))) {
    try {
      access.require('GetSecretValue', id);
      const store = accounts.reach(caller, batch.reachesOthers ? 'GetSecretValue' : 'BatchGetSecretValue', id);
      values.push(valueAt({ store, caller, access }, id));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      errors.push({ SecretId: id, ErrorCode: error.type, Message: error.message });
    }
  }
  return { SecretValues: values, Errors: errors };
}
