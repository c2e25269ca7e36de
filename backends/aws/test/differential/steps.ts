import type { SecretsManager } from '@aws-sdk/client-secrets-manager';

const id = (number: number): string => `0000000${number}-0000-4000-8000-000000000000`;
const bytes = Uint8Array.of(0xff, 0, 0x80);

/** Answers that later steps refer to. */
export interface Known {
  arn: string;
  token: string;
}

/** @param owner a client of another account */
export type Step = (client: SecretsManager, known: Known, owner: SecretsManager) => Promise<unknown>;

/** What the adapter relies on, request by request. Everything happens below the prefix `diff/`. */
export const steps: Readonly<Record<string, Step>> = {
  'a secret is created': async (client, known) => {
    const answer = await client.createSecret({ Name: 'diff/A', SecretString: 'one', ClientRequestToken: id(1) });
    known.arn = answer.ARN ?? '';
    return answer;
  },
  'creating it again with the same token and value': (client) =>
    client.createSecret({ Name: 'diff/A', SecretString: 'one', ClientRequestToken: id(1) }),
  'creating it again with another token': (client) =>
    client.createSecret({ Name: 'diff/A', SecretString: 'other', ClientRequestToken: id(2) }),
  'reading by name': (client) => client.getSecretValue({ SecretId: 'diff/A' }),
  'reading by ARN': (client, { arn }) => client.getSecretValue({ SecretId: arn }),
  'reading by partial ARN': (client, { arn }) => client.getSecretValue({ SecretId: arn.slice(0, -7) }),
  'reading what does not exist': (client) => client.getSecretValue({ SecretId: 'diff/none' }),
  'describing what does not exist': (client) => client.describeSecret({ SecretId: 'diff/none' }),
  'putting to what does not exist': (client) =>
    client.putSecretValue({ SecretId: 'diff/none', SecretString: 'x', ClientRequestToken: id(3) }),
  'deleting what does not exist': (client) => client.deleteSecret({ SecretId: 'diff/none' }),
  'versions of what does not exist': (client) => client.listSecretVersionIds({ SecretId: 'diff/none' }),
  'a second version': (client) =>
    client.putSecretValue({ SecretId: 'diff/A', SecretString: 'two', ClientRequestToken: id(4) }),
  'reading the second': (client) => client.getSecretValue({ SecretId: 'diff/A', VersionStage: 'AWSCURRENT' }),
  'reading the previous stage': (client) => client.getSecretValue({ SecretId: 'diff/A', VersionStage: 'AWSPREVIOUS' }),
  'reading the first by its id': (client) => client.getSecretValue({ SecretId: 'diff/A', VersionId: id(1) }),
  'reading a version that never was': (client) => client.getSecretValue({ SecretId: 'diff/A', VersionId: id(9) }),
  'reading a stage that never was': (client) =>
    client.getSecretValue({ SecretId: 'diff/A', VersionStage: 'AWSPENDING' }),
  'reading a version id that is too short': (client) =>
    client.getSecretValue({ SecretId: 'diff/A', VersionId: 'short' }),
  'putting the same token and value': (client) =>
    client.putSecretValue({ SecretId: 'diff/A', SecretString: 'two', ClientRequestToken: id(4) }),
  'putting the same token and another value': (client) =>
    client.putSecretValue({ SecretId: 'diff/A', SecretString: 'other', ClientRequestToken: id(4) }),
  'a third version under a stage of its own': (client) =>
    client.putSecretValue({
      SecretId: 'diff/A',
      SecretString: 'three',
      ClientRequestToken: id(5),
      VersionStages: ['KICI_WRITE_X'],
    }),
  'describing three versions': (client) => client.describeSecret({ SecretId: 'diff/A' }),
  'reading the second after the third was put': (client) =>
    client.getSecretValue({ SecretId: 'diff/A', VersionStage: 'AWSCURRENT' }),
  'moving the current stage away from the wrong version': (client) =>
    client.updateSecretVersionStage({
      SecretId: 'diff/A',
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: id(5),
      RemoveFromVersionId: id(1),
    }),
  'moving the current stage without naming where it is': (client) =>
    client.updateSecretVersionStage({ SecretId: 'diff/A', VersionStage: 'AWSCURRENT', MoveToVersionId: id(5) }),
  'moving the current stage away from the right version': (client) =>
    client.updateSecretVersionStage({
      SecretId: 'diff/A',
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: id(5),
      RemoveFromVersionId: id(4),
    }),
  'describing after the move': (client) => client.describeSecret({ SecretId: 'diff/A' }),
  'reading after the move': (client) => client.getSecretValue({ SecretId: 'diff/A', VersionStage: 'AWSCURRENT' }),
  'dropping the stage': (client) =>
    client.updateSecretVersionStage({ SecretId: 'diff/A', VersionStage: 'KICI_WRITE_X', RemoveFromVersionId: id(5) }),
  'describing after the drop': (client) => client.describeSecret({ SecretId: 'diff/A' }),
  'its versions': (client) => client.listSecretVersionIds({ SecretId: 'diff/A' }),
  'a secret without a value': (client) => client.createSecret({ Name: 'diff/EMPTY' }),
  'reading a secret without a value': (client) => client.getSecretValue({ SecretId: 'diff/EMPTY' }),
  'describing a secret without a value': (client) => client.describeSecret({ SecretId: 'diff/EMPTY' }),
  'listing a secret without a value': (client) =>
    client.listSecrets({ Filters: [{ Key: 'name', Values: ['diff/EMPTY'] }] }),
  bytes: (client) => client.createSecret({ Name: 'diff/BYTES', SecretBinary: bytes, ClientRequestToken: id(6) }),
  'reading bytes': (client) => client.getSecretValue({ SecretId: 'diff/BYTES' }),
  'an empty value': (client) => client.createSecret({ Name: 'refused/NOTHING', SecretString: '' }),
  'a value of 64 KiB and one byte': (client) =>
    client.createSecret({ Name: 'refused/LARGE', SecretString: 'x'.repeat(65_537) }),
  'text and bytes together': (client) =>
    client.createSecret({ Name: 'refused/BOTH', SecretString: 'x', SecretBinary: bytes }),
  'a name with a space': (client) => client.createSecret({ Name: 'refused/A B', SecretString: 'x' }),
  "a name like an ARN's end": (client) =>
    client.createSecret({ Name: 'diff/A-abcdef', SecretString: 'lookalike', ClientRequestToken: id(7) }),
  "reading a name like an ARN's end": (client) => client.getSecretValue({ SecretId: 'diff/A-abcdef' }),
  'reading its shorter neighbour': (client) =>
    client.getSecretValue({ SecretId: 'diff/A', VersionStage: 'AWSCURRENT' }),
  'a batch': (client) =>
    client.batchGetSecretValue({ SecretIdList: ['diff/A-abcdef', 'diff/none', 'diff/EMPTY', 'diff/BYTES'] }),
  'a batch of 21': (client) =>
    client.batchGetSecretValue({ SecretIdList: Array.from({ length: 21 }, (_, index) => `diff/none${index}`) }),
  'a batch of nothing': (client) => client.batchGetSecretValue({ SecretIdList: [] }),
  'a batch with a page size': (client) => client.batchGetSecretValue({ SecretIdList: ['diff/A'], MaxResults: 5 }),
  'a list by prefix': (client) => client.listSecrets({ Filters: [{ Key: 'name', Values: ['diff/'] }] }),
  'a name that has the prefix in its middle': (client) =>
    client.createSecret({ Name: 'other/diff/X', SecretString: 'x', ClientRequestToken: id(8) }),
  'a list by prefix with a name that has it in its middle': async (client) =>
    (await client.listSecrets({ Filters: [{ Key: 'name', Values: ['diff/'] }] })).SecretList?.map(({ Name }) => Name),
  'taking that name away': (client) =>
    client.deleteSecret({ SecretId: 'other/diff/X', ForceDeleteWithoutRecovery: true }),
  'a first page': async (client, known) => {
    const answer = await client.listSecrets({ MaxResults: 2, Filters: [{ Key: 'name', Values: ['diff/'] }] });
    known.token = answer.NextToken ?? '';
    return { names: answer.SecretList?.map(({ Name }) => Name), NextToken: answer.NextToken };
  },
  'a second page': async (client, { token }) =>
    (
      await client.listSecrets({ MaxResults: 2, NextToken: token, Filters: [{ Key: 'name', Values: ['diff/'] }] })
    ).SecretList?.map(({ Name }) => Name),
  'a page that never was': (client) => client.listSecrets({ NextToken: 'nonsense' }),
  'a deletion window of six days': (client) => client.deleteSecret({ SecretId: 'diff/BYTES', RecoveryWindowInDays: 6 }),
  'a deletion': (client) => client.deleteSecret({ SecretId: 'diff/BYTES', RecoveryWindowInDays: 7 }),
  'reading what is scheduled for deletion': (client) => client.getSecretValue({ SecretId: 'diff/BYTES' }),
  'describing what is scheduled for deletion': (client) => client.describeSecret({ SecretId: 'diff/BYTES' }),
  'versions of what is scheduled for deletion': (client) => client.listSecretVersionIds({ SecretId: 'diff/BYTES' }),
  'a batch with what is scheduled for deletion': (client) =>
    client.batchGetSecretValue({ SecretIdList: ['diff/BYTES', 'diff/A-abcdef'] }),
  'a list without what is scheduled for deletion': async (client) =>
    (await client.listSecrets({ Filters: [{ Key: 'name', Values: ['diff/'] }] })).SecretList?.map(({ Name }) => Name),
  'a list with what is scheduled for deletion': async (client) =>
    (
      await client.listSecrets({ IncludePlannedDeletion: true, Filters: [{ Key: 'name', Values: ['diff/'] }] })
    ).SecretList?.map(({ Name, DeletedDate }) => [Name, DeletedDate]),
  'creating what is scheduled for deletion': (client) => client.createSecret({ Name: 'diff/BYTES', SecretString: 'x' }),
  'deleting what is scheduled for deletion': (client) =>
    client.deleteSecret({ SecretId: 'diff/BYTES', RecoveryWindowInDays: 7 }),
  'calling a deletion off': (client) => client.restoreSecret({ SecretId: 'diff/BYTES' }),
  'reading after a deletion was called off': (client) => client.getSecretValue({ SecretId: 'diff/BYTES' }),
  'deleting at once': (client) => client.deleteSecret({ SecretId: 'diff/A-abcdef', ForceDeleteWithoutRecovery: true }),
  'reading what was deleted at once': (client) => client.getSecretValue({ SecretId: 'diff/A-abcdef' }),
  'a deletion before a put': (client) => client.deleteSecret({ SecretId: 'diff/EMPTY' }),
  'putting to what is scheduled for deletion': (client) =>
    client.putSecretValue({ SecretId: 'diff/EMPTY', SecretString: 'x', ClientRequestToken: id(2) }),
};
