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

  it('fits any terminal of 80 columns', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ maxLength: 200 }), { minLength: 5, maxLength: 5 }), { maxLength: 5 }),
        (rows) => {
          for (const line of table(['a', 'b', 'c', 'd', 'e'], rows, 80).split('\n'))
            expect(line.length).toBeLessThanOrEqual(80);
        },
      ),
    );
  });
});

describe('fold', () => {
  it('loses nothing but spaces, and ends for every width', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: -5, max: 50 }), (text, width) => {
        const parts = fold(text, width);
        expect(parts.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(Math.max(1, width));
      }),
    );
  });
});
