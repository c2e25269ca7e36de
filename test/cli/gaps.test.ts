import { describe, expect, it } from 'vitest';
import { withGaps } from '../../src/cli/admin/gaps.ts';

type Part = Parameters<typeof withGaps>[1][number];

const words = { meaning: 'the backend did not answer in time', hint: 'check the network' };
const unasked: Part = {
  backend: 'corp',
  scopes: [],
  code: 'timeout',
  answered: false,
  bindings: ['corp:**'],
  ...words,
};
const deleted: Part = {
  backend: 'corp',
  scopes: ['apps/a\u001b[31m', 'apps/b'],
  code: 'deleted',
  answered: true,
  meaning: 'it is deleted',
  hint: 'restore it',
};
const listed = { data: {}, text: 'KEY\nA' };

describe('a list that lacks something', () => {
  it('is printed, and fails with what could not be queried', () => {
    const { text, notice, failure } = withGaps({ ...listed, notice: 'before' }, [unasked, deleted]);
    expect(text).toBe('KEY\nA');
    expect(notice?.split('\n')).toEqual([
      'before',
      'corp: could not be queried: the backend did not answer in time [timeout]; bound by corp:**',
      'corp:apps/a?[31m, corp:apps/b: its keys are not known: it is deleted [deleted]',
    ]);
    expect(failure).toEqual({
      code: 'incomplete',
      message: 'the list is not complete: corp could not be queried [timeout]',
      hint: 'check the network',
    });
  });

  it('does not fail for the state of a scope, which is an answer', () => {
    const result = withGaps(listed, [deleted]);
    expect(result.failure).toBeUndefined();
    expect(result.notice).toContain('its keys are not known');
  });

  it('and one that lacks nothing is left alone', () => {
    expect(withGaps(listed, [])).toBe(listed);
  });
});
