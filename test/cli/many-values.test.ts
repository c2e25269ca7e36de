import { describe, expect, it } from 'vitest';
import { fileFormats, formatOf, parseValues, type FileFormat } from '../../src/cli/value-input/many-values.ts';

const parse = async (text: string | Uint8Array, format: FileFormat) =>
  Object.fromEntries(await parseValues(typeof text === 'string' ? Buffer.from(text) : text, format));

describe('a file of values', () => {
  it.each<[FileFormat, string]>([
    [
      'dotenv',
      '# comment\n\nA=one\nexport B="two words"\nC=\'$HOME # no comment\'\nD="line 1\nline 2"\nE=1.10\nF=a=b\n',
    ],
    ['json', '{"A":"one","B":"two words","C":"$HOME # no comment","D":"line 1\\nline 2","E":"1.10","F":"a=b"}'],
    ['yaml', 'A: one\nB: two words\nC: "$HOME # no comment"\nD: |-\n  line 1\n  line 2\nE: 1.10\nF: a=b\n'],
  ])('in %s gives its names and values, as they are written', async (format, text) => {
    const values = { A: 'one', B: 'two words', C: '$HOME # no comment', D: 'line 1\nline 2', E: '1.10', F: 'a=b' };
    expect(await parse(text, format)).toEqual(values);
    expect(await parse(`\ufeff${text.replaceAll('\n', '\r\n')}`, format)).toMatchObject({ A: 'one', E: '1.10' });
  });

  it('in YAML keeps what looks like something else than text', async () => {
    expect(await parse('A: 0123\nB: yes\nC: null\nD: 1e3\nE: 2026-01-01\n', 'yaml')).toEqual({
      A: '0123',
      B: 'yes',
      C: 'null',
      D: '1e3',
      E: '2026-01-01',
    });
  });

  it.each<[string, FileFormat, string, string]>([
    ['a line that is nothing', 'dotenv', 'A=one\nsecret-value\n', 'line 2 is neither'],
    ['a name that is none', 'dotenv', '1A=secret-value\n', 'line 1 is neither'],
    ['a name twice', 'dotenv', 'A=secret-value\nA=other\n', 'line 2 gives A again'],
    ['a quote that nothing closes', 'dotenv', 'A="secret-value\nB=x\n', 'line 1 opens a quote for A'],
    ['no name', 'dotenv', '# nothing\n', 'there is no name in it'],
    ['a name twice', 'json', '{"A":"secret-value","A":"other"}', 'is not json'],
    ['no JSON', 'json', '{"A":"secret-value"', 'it is not JSON'],
    ['a number', 'json', '{"A":12345}', 'the value of "A" is not text'],
    ['null', 'json', '{"A":null}', 'the value of "A" is not text'],
    ['a list', 'json', '["secret-value"]', 'it is not an object'],
    ['a text', 'yaml', 'secret-value', 'it is not a mapping'],
    ['a name twice', 'yaml', 'A: secret-value\nA: other\n', 'line 2 is not yaml'],
    ['something within something', 'yaml', 'A:\n  B: secret-value\n', 'the value of "A" is not text'],
    ['an alias', 'yaml', 'A: &x secret-value\nB: *x\n', 'the value of "B" is not text'],
    ['a tag', 'yaml', 'A: !!binary secret-value\n? [x]\n: y\n', 'is no'],
    ['no YAML', 'yaml', 'A: "secret-value\n', 'is not yaml'],
    ['what is encrypted', 'yaml', 'A: ENC[secret-value]\nsops:\n  mac: x\n', '"sops"'],
  ])('with %s in %s is refused, by place and without the value', async (_, format, text, message) => {
    const error: unknown = await parse(text, format).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toContain(message);
    expect(JSON.stringify(error) + String(error)).not.toContain('secret-value');
  });

  it('that is not UTF-8 is refused', async () => {
    await expect(parse(Buffer.from([0x41, 0x3d, 0xff]), 'dotenv')).rejects.toThrow('UTF-8');
  });

  it('is what its name says', () => {
    const names = [undefined, '.env', 'a.env.local', 'a.json', 'b/c.yaml', 'd.yml', 'secrets'];
    expect(names.map(formatOf)).toEqual(['dotenv', 'dotenv', 'dotenv', 'json', 'yaml', 'yaml', 'dotenv']);
    expect(fileFormats).toEqual(['dotenv', 'json', 'yaml']);
  });
});
