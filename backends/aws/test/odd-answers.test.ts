import { describe, expect, it } from 'vitest';
import { openCanned } from './support/canned.ts';
import { context, listAll, readAll, ref, value } from './support/scene.ts';

const arn = (name: string): string => `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-AbCdEf`;
const good = { ARN: arn('apps/A'), Name: 'apps/A', VersionId: 'v'.repeat(32), SecretString: 'a' };
const secret = ref('apps', 'A');

describe('answers that no sane service gives', () => {
  it.each([
    ['another secret', { ...good, ARN: arn('apps/A-abcdef'), Name: 'apps/A-abcdef' }, 'unknown ambiguous'],
    ["another secret's ARN", { ...good, ARN: arn('apps/B') }, 'unknown ambiguous'],
    ['no name', { ...good, Name: undefined }, 'unknown bad_answer'],
    ['no version', { ...good, VersionId: undefined }, 'unknown bad_answer'],
    ['no value', { ...good, SecretString: undefined }, 'unknown bad_answer'],
    ['two values', { ...good, SecretBinary: 'YQ==' }, 'unknown bad_answer'],
    ['nothing', {}, 'unknown bad_answer'],
    ['a list', [], 'unknown bad_answer'],
    ['half a surrogate pair, which has no bytes', { ...good, SecretString: 'a\ud800' }, 'unknown corrupt'],
    ['what was asked for', good, 'a'],
  ])('are not served: %s', async (_, answer, outcome) => {
    expect(await readAll(await openCanned({ GetSecretValue: answer }), [secret])).toEqual([outcome]);
  });

  it('are not served for a pin on another version', async () => {
    expect(await readAll(await openCanned({ GetSecretValue: good }), [ref('apps', 'A', 'w'.repeat(32))])).toEqual([
      'unknown bad_answer',
    ]);
  });

  it('are sorted out in a batch, by name and by ARN', async () => {
    const backend = await openCanned({
      BatchGetSecretValue: {
        SecretValues: [
          good,
          { ...good, Name: 'apps/TWICE', ARN: arn('apps/TWICE') },
          { ...good, Name: 'apps/TWICE', ARN: arn('apps/TWICE') },
          { ...good, Name: 'apps/UNASKED' },
        ],
        Errors: [
          { SecretId: arn('apps/DENIED'), ErrorCode: 'AccessDeniedException' },
          { SecretId: 'apps/ODD', ErrorCode: 'SomethingNew' },
        ],
      },
    });
    expect(
      await readAll(
        backend,
        ['A', 'TWICE', 'DENIED', 'ODD', 'SILENT'].map((key) => ref('apps', key)),
      ),
    ).toEqual(['a', 'unknown ambiguous', 'unknown permission_denied', 'unknown server_error', 'unknown bad_answer']);
  });

  it('do not go on for ever: a next page that is the same page', async () => {
    const backend = await openCanned({
      BatchGetSecretValue: { NextToken: 'again' },
      ListSecrets: { SecretList: [], NextToken: 'again' },
    });
    expect(await readAll(backend, [secret, ref('apps', 'B')])).toEqual(['unknown bad_answer', 'unknown bad_answer']);
    await expect(listAll(backend)).rejects.toMatchObject({ code: 'bad_answer' });
  });

  it('do not go on for ever: pages that come round', async () => {
    let asked = 0;
    const next = (): object => ({ SecretList: [], NextToken: (asked += 1) % 2 === 0 ? 'even' : 'odd' });
    await expect(listAll(await openCanned({ ListSecrets: next }))).rejects.toMatchObject({ code: 'bad_answer' });
    expect(asked).toBe(3);
  });

  it('are not taken into memory when they are larger than any', async () => {
    const backend = await openCanned({ ListSecrets: { SecretList: [], padding: 'x'.repeat(9 * 1024 * 1024) } });
    await expect(listAll(backend)).rejects.toMatchObject({ code: 'too_large' });
  });

  it('end lists that pretend to be empty', async () => {
    for (const answer of [{}, { SecretList: [{}] }])
      await expect(listAll(await openCanned({ ListSecrets: answer }))).rejects.toMatchObject({ code: 'bad_answer' });
  });

  it('list one name once, however often it comes', async () => {
    expect(
      (await listAll(await openCanned({ ListSecrets: { SecretList: [{ Name: 'apps/A' }, { Name: 'apps/A' }] } })))
        .names,
    ).toEqual(['apps A (declared)']);
  });

  it('do not make a secret absent of which the service says both that it is there and that it is not', async () => {
    const backend = await openCanned({
      GetSecretValue: 'ResourceNotFoundException',
      DescribeSecret: { Name: 'apps/A', VersionIdsToStages: { [good.VersionId]: ['AWSCURRENT'] } },
    });
    expect(await readAll(backend, [secret])).toEqual(['unknown stale_replica']);
  });

  it('say that another service keeps the secret to itself', async () => {
    expect(
      await readAll(
        await openCanned({ GetSecretValue: 'InvalidRequestException', DescribeSecret: { Name: 'apps/A' } }),
        [secret],
      ),
    ).toEqual(['unknown invalid_argument']);
  });

  it('are worth another try when a name is still being removed', async () => {
    const backend = await openCanned({
      PutSecretValue: 'ResourceNotFoundException',
      CreateSecret: 'InvalidRequestException',
      DescribeSecret: 'ResourceNotFoundException',
    });
    await expect(backend.write?.({ ...secret, value: value('x') }, context())).rejects.toMatchObject({
      code: 'server_error',
    });
  });

  it('acknowledge nothing without naming it', async () => {
    const backend = await openCanned({
      PutSecretValue: {},
      DeleteSecret: { Name: 'apps/B' },
      ListSecretVersionIds: {},
    });
    await expect(backend.write?.({ ...secret, value: value('x') }, context())).rejects.toMatchObject({
      code: 'bad_answer',
    });
    await expect(backend.delete?.(secret, context())).rejects.toMatchObject({ code: 'bad_answer' });
    await expect(backend.versions?.(secret, context())).rejects.toMatchObject({ code: 'bad_answer' });
  });
});
