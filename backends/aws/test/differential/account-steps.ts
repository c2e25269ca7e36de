import type { Step } from './steps.ts';

const policy = (action: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: action, Resource: '*' }],
  });
const id = '00000001-0000-4000-8000-000000000000';
const KmsKeyId = 'arn:aws:kms:eu-central-1:444455556666:key/11112222-3333-4444-5555-666677778888';

/** Two accounts: `owner` has the secrets, `client` requests them. Everything happens below `shared/`. */
export const accountSteps: Readonly<Record<string, Step>> = {
  'another account creates a secret': async (_, known, owner) => {
    const answer = await owner.createSecret({
      Name: 'shared/A',
      SecretString: 'theirs',
      KmsKeyId,
      ClientRequestToken: id,
    });
    known.arn = answer.ARN ?? '';
    return answer;
  },
  'the ARN of a secret tells its account': async (_, { arn }) => arn.split(':')[4],
  "reading another account's secret by its name": (client) => client.getSecretValue({ SecretId: 'shared/A' }),
  "reading another account's secret that nobody shares": (client, { arn }) => client.getSecretValue({ SecretId: arn }),
  'sharing a secret': async (_, { arn }, owner) =>
    owner.putResourcePolicy({ SecretId: arn, ResourcePolicy: policy('secretsmanager:*') }),
  'reading a shared secret by its ARN': (client, { arn }) => client.getSecretValue({ SecretId: arn }),
  'reading a version of a shared secret': (client, { arn }) => client.getSecretValue({ SecretId: arn, VersionId: id }),
  'describing a shared secret': (client, { arn }) => client.describeSecret({ SecretId: arn }),
  'versions of a shared secret': (client, { arn }) => client.listSecretVersionIds({ SecretId: arn }),
  'a batch with a shared secret': async (client, { arn }) => {
    const { SecretValues = [], Errors = [] } = await client.batchGetSecretValue({ SecretIdList: [arn, 'shared/none'] });
    return {
      values: SecretValues.map(({ Name, SecretString }) => [Name, SecretString]),
      errors: Errors.map(({ ErrorCode }) => ErrorCode),
    };
  },
  'a list of the account that a secret is shared with': (client) =>
    client.listSecrets({ Filters: [{ Key: 'name', Values: ['shared/'] }] }),
  'a secret of the own account by the same name': (client) =>
    client.createSecret({ Name: 'shared/A', SecretString: 'ours', ClientRequestToken: id }),
  'reading either': async (client, { arn }) =>
    [await client.getSecretValue({ SecretId: arn }), await client.getSecretValue({ SecretId: 'shared/A' })].map(
      ({ SecretString }) => SecretString,
    ),
  'a shared secret under the default key': async (client, _, owner) => {
    const { ARN } = await owner.createSecret({ Name: 'shared/DEFAULT', SecretString: 'x', ClientRequestToken: id });
    await owner.putResourcePolicy({ SecretId: ARN, ResourcePolicy: policy('secretsmanager:*') });
    return client.getSecretValue({ SecretId: ARN });
  },
  'a shared secret that may be read alone': async (client, known, owner) => {
    const { ARN = '' } = await owner.createSecret({
      Name: 'shared/READ',
      SecretString: 'x',
      KmsKeyId,
      ClientRequestToken: id,
    });
    known.token = ARN;
    await owner.putResourcePolicy({ SecretId: ARN, ResourcePolicy: policy('secretsmanager:GetSecretValue') });
    return client.getSecretValue({ SecretId: ARN });
  },
  'describing it': (client, { token }) => client.describeSecret({ SecretId: token }),
  'a policy that is not JSON': (_, { arn }, owner) =>
    owner.putResourcePolicy({ SecretId: arn, ResourcePolicy: 'nonsense' }),
  'a shared secret that is scheduled for deletion': async (client, { arn }, owner) => {
    await owner.deleteSecret({ SecretId: arn, RecoveryWindowInDays: 7 });
    return client.getSecretValue({ SecretId: arn });
  },
  'describing a shared secret that is scheduled for deletion': (client, { arn }) =>
    client.describeSecret({ SecretId: arn }),
  'a shared secret that was deleted at once': async (client, { token }, owner) => {
    await owner.deleteSecret({ SecretId: token, ForceDeleteWithoutRecovery: true });
    return client.getSecretValue({ SecretId: token });
  },
  'a shared secret that was created again, by its old ARN': async (client, { token }, owner) => {
    const { ARN } = await owner.createSecret({
      Name: 'shared/READ',
      SecretString: 'x',
      KmsKeyId,
      ClientRequestToken: id,
    });
    await owner.putResourcePolicy({ SecretId: ARN, ResourcePolicy: policy('secretsmanager:*') });
    return client.getSecretValue({ SecretId: token });
  },
};
