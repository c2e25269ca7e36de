import { describe, expect, it } from 'vitest';
import { otherAccount } from '../fake/fake-aws.ts';
import { openCanned } from '../support/canned.ts';
import { readAll, ref, textPayload } from '../support/scene.ts';
import { openShared, share } from '../support/shared.ts';

const refs = ['OURS', 'THEIRS', 'NONE'].map((key) => ref('apps', key));
const arn = (name: string, account = otherAccount): string =>
  `arn:aws:secretsmanager:eu-central-1:${account}:secret:${name}-AbCdEf`;
const entry = (name: string, more: object = {}) => ({
  ARN: arn(name),
  Name: name,
  VersionId: 'v'.repeat(32),
  SecretString: name,
  ...more,
});
const shared = { sharedSecrets: arn('apps/A') };
const [a, b] = [ref('apps', 'A'), ref('apps', 'B')];

describe('batches with secrets of other accounts', () => {
  it('hold 500 keys, own and shared, in 25 calls', async () => {
    const all = Array.from({ length: 500 }, (_, index) => ref(`apps/s${index % 7}`, `K${index}`));
    const { fake, backend } = await openShared({}, (account) =>
      all.filter((_, index) => index % 3 === 0).map(({ scope, key }) => share(account, `${scope}/${key}`, key)),
    );
    for (const [index, { scope, key }] of all.entries())
      if (index % 3 !== 0) fake.store.create(`${scope}/${key}`, textPayload(key));
    expect(await readAll(backend, all)).toEqual(all.map(({ key }) => key));
    expect([fake.count('BatchGetSecretValue'), fake.count()]).toEqual([25, 25]);
  });

  it('give what is available where they do not reach other accounts', async () => {
    const { fake, backend } = await openShared({}, (account) => [share(account, 'apps/THEIRS', 'theirs')]);
    fake.store.create('apps/OURS', textPayload('ours'));
    fake.batch.reachesOthers = false;
    expect(await readAll(backend, refs)).toEqual(['ours', 'theirs', 'absent']);
    expect([fake.count('BatchGetSecretValue'), fake.count('GetSecretValue')]).toEqual([1, 1]);
  });

  it('give what is available where they leave an ARN out without a word', async () => {
    const { fake, backend } = await openShared({}, (account) => [share(account, 'apps/THEIRS', 'theirs')]);
    fake.batch.leaveOut.add(fake.accounts.of(otherAccount).find('apps/THEIRS').arn);
    expect(await readAll(backend, refs)).toEqual(['absent', 'theirs', 'absent']);
  });

  it('are done without where they are not permitted', async () => {
    const { fake, backend } = await openShared({}, (account) => [share(account, 'apps/THEIRS', 'theirs')]);
    fake.access.denyAction('BatchGetSecretValue');
    expect(await readAll(backend, refs)).toEqual(['absent', 'theirs', 'absent']);
  });

  it.each([
    ['its ARN', arn('apps/A')],
    ['its name', 'apps/A'],
  ])('say by %s what is wrong with a secret', async (_, SecretId) => {
    const backend = await openCanned(
      {
        BatchGetSecretValue: {
          SecretValues: [entry('apps/B', { ARN: arn('apps/B', '111122223333') })],
          Errors: [{ SecretId, ErrorCode: 'DecryptionFailure' }],
        },
        GetSecretValue: 'DecryptionFailure',
      },
      shared,
    );
    expect(await readAll(backend, [a, b])).toEqual(['unknown decryption_failed', 'apps/B']);
  });
});

describe('answers about another secret than the ARN that was asked for', () => {
  it.each([
    ['of the own account', { ARN: arn('apps/A', '111122223333') }, 'unknown ambiguous'],
    ['created again', { ARN: arn('apps/A').replace('AbCdEf', 'GhIjKl') }, 'unknown ambiguous'],
    ['without an ARN', { ARN: undefined }, 'unknown ambiguous'],
    ['by another name', { Name: 'apps/B' }, 'unknown ambiguous'],
    [
      'whose name goes on after the ARN',
      { ARN: `${arn('apps/A')}-123456`, Name: 'apps/A-AbCdEf' },
      'unknown ambiguous',
    ],
    ['the right one', {}, 'apps/A'],
  ])('are not served, alone or in a batch: %s', async (_, more, outcome) => {
    const answer = entry('apps/A', more);
    const ours = entry('apps/A-AbCdEf', { ARN: arn('apps/A-AbCdEf', '111122223333'), SecretString: 'ours' });
    const backend = await openCanned(
      { GetSecretValue: answer, BatchGetSecretValue: { SecretValues: [answer, ours] } },
      shared,
    );
    expect(await readAll(backend, [a])).toEqual([outcome]);
    expect(await readAll(backend, [a, ref('apps', 'A-AbCdEf')])).toEqual([outcome, 'ours']);
  });

  it('prove nothing absent: not found, and then described as another', async () => {
    const backend = await openCanned(
      {
        GetSecretValue: 'ResourceNotFoundException',
        DescribeSecret: { Name: 'apps/A', ARN: arn('apps/A', '111122223333') },
      },
      shared,
    );
    expect(await readAll(backend, [a])).toEqual(['unknown ambiguous']);
  });

  it('prove nothing absent: not found of another account', async () => {
    const backend = await openCanned(
      { GetSecretValue: 'ResourceNotFoundException', DescribeSecret: 'ResourceNotFoundException' },
      shared,
    );
    expect(await readAll(backend, [a])).toEqual(['unknown misconfigured']);
    expect(await readAll(backend, [b])).toEqual(['absent']);
  });
});
