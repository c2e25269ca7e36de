import { parseScopePath, type ScopePath } from '@kici-dev/secret-backend';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameFor as objectName, scopeOf } from '../object-per-scope/names.ts';
import { nameFor, placeOf } from '../secret-per-key/names.ts';

const segment = fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/).filter((text) => text !== '.' && text !== '..');
const scopes = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments): ScopePath => {
  const parsed = parseScopePath(segments.join('/'));
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
});
const prefixes = fc.constantFrom('', 'ci/', 'ci-', 'team/ci/');

describe('names', () => {
  it('lead back to the scope and key that they were made of', () => {
    fc.assert(
      fc.property(prefixes, scopes, fc.stringMatching(/^[A-Za-z0-9_+=.@-]{1,20}$/), (prefix, scope, key) => {
        const name = nameFor(prefix, { scope, key });
        expect(name === undefined ? undefined : placeOf(prefix, name)).toEqual({ scope, key });
        expect(scopeOf(prefix, objectName(prefix, scope) ?? '')).toEqual({ ok: true, value: scope });
      }),
    );
  });

  it('never meet in one place, whatever the service holds', () => {
    fc.assert(
      fc.property(
        prefixes,
        fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9/_+=.@-]{1,12}$/), { maxLength: 30 }),
        (prefix, rests) => {
          const places = rests
            .map((rest) => placeOf(prefix, `${prefix}${rest}`))
            .filter((place) => 'scope' in place)
            .map((place) => JSON.stringify(place));
          expect(new Set(places).size).toBe(places.length);
        },
      ),
    );
  });

  it('exist for nothing that the service could not hold', () => {
    fc.assert(
      fc.property(scopes, fc.string(), (scope, key) => {
        const name = nameFor('', { scope, key });
        expect(name === undefined).toBe(!/^[A-Za-z0-9_+=.@-]+$/.test(key) || scope.length + key.length + 1 > 512);
      }),
    );
  });
});
