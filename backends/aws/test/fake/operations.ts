import type { Input } from './input.ts';
import { describeSecret, listSecrets, listVersionIds } from './listing.ts';
import { invalid } from './refusal.ts';
import { parsePolicy } from './resource-policy.ts';
import type { FakeState } from './state.ts';
import { versionWith, type Payload } from './store.ts';
import { batchGetSecretValue, getSecretValue } from './values.ts';

type Operation = (state: FakeState, input: Input) => Record<string, unknown>;

export const operations: Readonly<Record<string, Operation>> = {
  CreateSecret({ store }, input) {
    const { secret, version } = store.create(
      input.text('Name'),
      maybePayload(input),
      input.maybeText('ClientRequestToken'),
    );
    secret.kmsKeyId = input.maybeText('KmsKeyId');
    secret.tags = input.inputs('Tags').map((tag) => ({ Key: tag.text('Key'), Value: tag.text('Value') }));
    return { ARN: secret.arn, Name: secret.name, VersionId: version };
  },
  PutSecretValue({ store }, input) {
    const payload = maybePayload(input);
    if (payload === undefined) throw invalid('You must provide either SecretString or SecretBinary.');
    const { secret, version } = store.put(
      input.text('SecretId'),
      payload,
      input.maybeText('ClientRequestToken'),
      input.maybeTexts('VersionStages'),
    );
    return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.stages] };
  },
  GetSecretValue: getSecretValue,
  BatchGetSecretValue: batchGetSecretValue,
  ListSecrets: ({ store, access, pageLimit }, input) => listSecrets(store, access, pageLimit, input),
  ListSecretVersionIds: ({ store, pageLimit }, input) => listVersionIds(store, pageLimit, input),
  DescribeSecret: ({ store }, input) => describeSecret(store.find(input.text('SecretId'))),
  PutResourcePolicy({ store }, input) {
    const secret = store.find(input.text('SecretId'));
    const policy = input.text('ResourcePolicy');
    parsePolicy(policy);
    secret.policy = policy;
    return { ARN: secret.arn, Name: secret.name };
  },
  DeleteSecret({ store }, input) {
    const days = input.maybeNumber('RecoveryWindowInDays') ?? 30;
    const force = input.flag('ForceDeleteWithoutRecovery');
    if (!force && (days < 7 || days > 30))
      throw invalid('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
    const secret = store.findAlive(input.text('SecretId'));
    const at = store.now() + (force ? 0 : days * 86_400);
    if (force) store.secrets.delete(secret.name);
    else secret.deletedAt = at;
    return { ARN: secret.arn, Name: secret.name, DeletionDate: at };
  },
  RestoreSecret({ store }, input) {
    const secret = store.find(input.text('SecretId'));
    secret.deletedAt = undefined;
    return { ARN: secret.arn, Name: secret.name };
  },
  UpdateSecretVersionStage({ store }, input) {
    const secret = store.findAlive(input.text('SecretId'));
    const stage = input.text('VersionStage');
    const from = input.maybeText('RemoveFromVersionId');
    const to = input.maybeText('MoveToVersionId');
    const holder = versionWith(secret, stage);
    const target = to === undefined ? undefined : secret.versions.get(to);
    if (from !== undefined && holder?.id !== from)
      throw invalid(`The staging label ${stage} isn't currently attached to version ${from}.`);
    if (to !== undefined && target === undefined) throw invalid(`Not a valid version: ${to}`);
    if (from === undefined && holder !== undefined && holder !== target)
      throw invalid(
        `The staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
      );
    store.moveStage(secret, stage, target);
    return { ARN: secret.arn, Name: secret.name };
  },
};

function maybePayload(input: Input): Payload | undefined {
  const [text, binary] = [input.maybeText('SecretString'), input.maybeText('SecretBinary')];
  return text === undefined && binary === undefined ? undefined : { text, binary };
}
