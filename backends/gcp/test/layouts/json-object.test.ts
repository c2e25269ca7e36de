import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fieldOf,
  parseJsonObject,
  withField,
  writeJsonObject,
  type Field,
  type JsonObject,
} from '../../layouts/json-object.ts';

function parse(text: string): JsonObject {
  const object = parseJsonObject(text);
  if (object === undefined) throw new TypeError('no object');
  return object;
}

const text = (value: string): Field => ({ kind: 'text', text: value });

describe('a JSON object of a scope', () => {
  it('has the fields that JSON.parse finds', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })),
        fc.boolean(),
        (object, pretty) => {
          const parsed = parse(JSON.stringify(object, undefined, pretty ? 2 : undefined));
          expect(parsed.map(({ key }) => key)).toEqual(Object.keys(object));
          for (const [key, value] of Object.entries(object)) expect(fieldOf(parsed, key)).toEqual(text(value));
        },
      ),
    );
  });

  it('keeps what it does not change as it was written', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.string(),
        fc.string({ unit: 'grapheme' }),
        (object, key, value) => {
          const changed = parse(writeJsonObject(withField(parse(JSON.stringify(object)), key, value)));
          expect(fieldOf(changed, key)).toEqual(text(value));
          expect(
            Object.fromEntries(changed.filter((each) => each.key !== key).map((each) => [each.key, each.source])),
          ).toEqual(
            Object.fromEntries(
              Object.entries(object)
                .filter(([name]) => name !== key)
                .map(([name, each]) => [name, JSON.stringify(each)]),
            ),
          );
        },
      ),
    );
  });

  it.each(['12345678901234567890', '0.10', '1e400', '-0', '1E+2', 'true', 'false', '[1, 2]', '{"a": [ "}" ]}'])(
    'gives %s as it is written',
    (source) => {
      const object = parse(`{ "k" : ${source} , "other":"x" }`);
      expect(fieldOf(object, 'k')).toEqual(text(source));
      expect(writeJsonObject(withField(object, 'other', undefined))).toBe(`{"k":${source}}`);
    },
  );

  it('knows that a key which is there twice has no one value', () => {
    const object = parse('{"a":"1","b":"2","\\u0061":"3"}');
    expect(fieldOf(object, 'a')).toEqual({ kind: 'ambiguous' });
    expect(fieldOf(object, 'b')).toEqual(text('2'));
    expect(writeJsonObject(withField(object, 'b', 'new'))).toBe('{"a":"1","b":"new","a":"3"}');
    expect(writeJsonObject(withField(object, 'a', 'new'))).toBe('{"a":"new","b":"2"}');
  });

  it.each(['__proto__', 'constructor', 'toString'])('has no key %s unless it is written', (key) => {
    expect(fieldOf(parse('{}'), key)).toEqual({ kind: 'missing' });
    const object = parse(writeJsonObject(withField(parse('{"a":"1"}'), key, 'value')));
    expect(fieldOf(object, key)).toEqual(text('value'));
    expect(fieldOf(object, 'a')).toEqual(text('1'));
  });

  it.each(['plain text', '"text"', '[1]', '12', 'null', '{"a":1', '{"a":1}{', '', '\ufeff{}', '{a:1}'])(
    'is not %j',
    (document) => {
      expect(parseJsonObject(document)).toBeUndefined();
    },
  );

  it.each(['null', '"\\ud800"'])('has no text in %s', (source) => {
    expect(fieldOf(parse(`{"k":${source}}`), 'k')).toEqual({ kind: 'not-text' });
  });
});
