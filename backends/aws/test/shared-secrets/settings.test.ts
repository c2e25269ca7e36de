import type { Settings } from '@kici-dev/secret-backend';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awsDefinition } from '../../index.ts';
import { settings, validate } from '../../settings.ts';
import { parseSharedSecrets } from '../../shared-secrets.ts';
import { createTestHost } from '../support/host.ts';
import { testSettings } from '../support/subject.ts';

const arn = (name: string, region = 'eu-central-1', account = '444455556666'): string =>
  `arn:aws:secretsmanager:${region}:${account}:secret:${name}`;
const pattern = new RegExp(settings.sharedSecrets.pattern);
const given = (overrides: Settings): Settings => testSettings('https://secrets.test', overrides);

describe('the setting sharedSecrets', () => {
  it.each<[string, Settings, string, string]>([
    [
      'another region',
      { sharedSecrets: arn('apps/A-a1b2c3', 'us-east-1') },
      'lies in another region than eu-central-1',
      'us-east-1',
    ],
    ['a partial ARN', { sharedSecrets: arn('apps/DATABASE') }, 'lacks the "-" and six characters', 'describe-secret'],
    [
      'two ARNs of one name',
      { sharedSecrets: `${arn('apps/A-a1b2c3')} ${arn('apps/A-d4e5f6', 'eu-central-1', '777788889999')}` },
      'have the same name apps/A',
      'another backend',
    ],
    [
      'an ARN twice',
      { sharedSecrets: `${arn('apps/A-a1b2c3')} ${arn('apps/A-a1b2c3')}` },
      'is listed twice',
      'leave one',
    ],
    [
      'a name outside the prefix',
      { prefix: 'ci/', sharedSecrets: arn('apps/A-a1b2c3') },
      'does not begin with the prefix ci/',
      'prefix',
    ],
    [
      'a name that is not a scope and key',
      { sharedSecrets: arn('plain-a1b2c3') },
      'gives no place in the layout secret-per-key: the name has no "/"',
      'layout',
    ],
    [
      'a name that is not a scope',
      { layout: 'object-per-scope', sharedSecrets: arn('a+b-a1b2c3') },
      'gives no place in the layout object-per-scope',
      'layout',
    ],
  ])('is refused with %s', (_, overrides, problem, hint) => {
    const problems = validate(given(overrides));
    expect(problems).toMatchObject([{ field: 'sharedSecrets' }]);
    expect(problems[0]?.problem).toContain(problem);
    expect(problems[0]?.hint).toContain(hint);
    expect(() => awsDefinition.create(given(overrides), createTestHost())).toThrow(
      /the setting sharedSecrets cannot be taken: .*\[misconfigured\]/,
    );
    expect(String(overrides['sharedSecrets'])).toMatch(pattern);
  });

  it('is refused for every ARN that is wrong, at once', () => {
    expect(
      validate(
        given({
          sharedSecrets: [arn('apps/A-a1b2c3', 'us-east-1'), arn('apps/GOOD-a1b2c3'), arn('plain-a1b2c3')].join(' '),
        }),
      ),
    ).toHaveLength(2);
  });

  it.each([
    'apps/A-a1b2c3',
    'arn:aws:iam::444455556666:role/x-a1b2c3',
    arn('A', '', '1'),
    arn('A b-a1b2c3'),
    `${arn('apps/A-a1b2c3')}  ${arn('apps/B-a1b2c3')}`,
    `${arn('apps/A-a1b2c3')},${arn('apps/B-a1b2c3')}`,
    '',
  ])('has a pattern that does not take %j', (text) => {
    expect(text).not.toMatch(pattern);
  });

  it('is taken in other partitions', () => {
    const china = 'arn:aws-cn:secretsmanager:cn-north-1:444455556666:secret:apps/A-a1b2c3';
    expect(china).toMatch(pattern);
    expect(validate(given({ region: 'cn-north-1', sharedSecrets: china }))).toEqual([]);
  });

  it("gives every ARN the name that is in it, also a name that looks like an ARN's end", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{1,5}\/[A-Z]{1,5}(-[a-z0-9]{6})?$/), { maxLength: 8 }),
        fc.stringMatching(/^[A-Za-z0-9]{6}$/),
        (names, suffix) => {
          const arns = names.map((name) => arn(`${name}-${suffix}`));
          const parsed = parseSharedSecrets(names.length === 0 ? undefined : arns.join(' '), {
            region: 'eu-central-1',
            prefix: '',
            layout: 'secret-per-key',
          });
          expect(parsed.problems).toEqual([]);
          expect([...parsed.secrets]).toEqual(names.map((name, index) => [name, arns[index]]));
        },
      ),
    );
  });
});
