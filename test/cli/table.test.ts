import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, table } from '../../src/cli/terminal/table.ts';

describe('table', () => {
  it('lines up its columns', () => {
    expect(
      table(
        ['key', 'scope'],
        [
          ['A', 'x'],
          ['LONGER', 'y'],
        ],
      ),
    ).toBe('KEY     SCOPE\nA       x\nLONGER  y');
  });

  it('folds its widest column where the terminal is too narrow', () => {
    expect(table(['key', 'note'], [['A', 'one two three four']], 20).split('\n')).toEqual([
      'KEY  NOTE',
      'A    one two three',
      '     four',
    ]);
  });

  it('splits no word, whatever the width, and fits where its words do', () => {
    const word = fc.string({
      minLength: 1,
      maxLength: 30,
      unit: fc.constantFrom('a', 'b', 'z', '0', '1', '9', '/', ':', '.', '-'),
    });
    const cell = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 }), fc.nat(90), (rows, columns) => {
        const printed = table(['a', 'b', 'c'], rows, columns);
        const words = new Set(printed.split(/\s+/));
        for (const each of rows.flat().flatMap((text) => text.split(' ')))
          if (each !== '') expect(words).toContain(each);
        const isList = !/^A +B +C$/m.test(printed);
        if (!isList) for (const line of printed.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('lists the cells of each row where the terminal is too narrow for their words', () => {
    const id = '0e4a7a6c-1f1f-4c44-9d2c-6f0d3f6a1b11';
    expect(
      table(
        ['id', 'name', 'note'],
        [
          [id, 'ci', ''],
          [id, 'b', 'old'],
        ],
        40,
      ),
    ).toBe(`ID    ${id}\nNAME  ci\n\nID    ${id}\nNAME  b\nNOTE  old`);
  });
});

describe('fold', () => {
  it('loses nothing but spaces, and lets only a single word be wider', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: -5, max: 50 }), (text, width) => {
        const parts = fold(text, width);
        expect(parts.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
        for (const part of parts) expect(part.length <= Math.max(1, width) || !part.includes(' ')).toBe(true);
      }),
    );
  });
});
