import {
  buildCatalogue,
  compileBindings,
  explain,
  parseBinding,
  type BindingInput,
  type JobFacts,
  type Listing,
} from '@kici-dev/secret-federation';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, path, propertyTest } from './world.ts';

const reach = (scope: string, facts: JobFacts): string | undefined => {
  const {
    active: [active],
  } = compileBindings(parse([{ id: 'one', scope }]), facts);
  return active === undefined
    ? undefined
    : active.pattern.kind === 'exact'
      ? active.pattern.scope
      : active.pattern.text;
};
const listing = (
  backend: string,
  names: readonly (readonly [string, string])[],
  more: Partial<Listing> = {},
): Listing => ({
  backend,
  query: { depth: 'tree' },
  secrets: names.map(([scope, key]) => ({ scope: path(scope), key })),
  unlisted: [],
  unnameable: [],
  ...more,
});
const catalogueOf = (
  inputs: readonly Omit<BindingInput, 'id'>[],
  listings: readonly Listing[],
  optional = true,
  facts: JobFacts = {},
) =>
  buildCatalogue(
    compileBindings(parse(inputs.map((input, id) => ({ id: `b${id}`, ...input }))), facts),
    ['a', 'b', 'internal'].map((name) => ({ name, optional, listConsistency: 'strong' as const })),
    listings,
  );
const winners = (catalogue: ReturnType<typeof catalogueOf>): Record<string, string> =>
  Object.fromEntries(
    [...catalogue.entries.values()].map(({ key, winner }) => [
      key,
      `${winner.backend}:${winner.scope} ${winner.sourceKey}`,
    ]),
  );

describe('law 4: placeholders', propertyTest, () => {
  it('insert one literal segment of the facts', () => {
    const facts = { agentId: 'agent-1', host: 'h1.example', labels: { zone: 'eu' } };
    expect(reach('agents/${agentId}', facts)).toBe('agents/agent-1');
    expect(reach('a:${label:zone}/${host}/**', facts)).toBe('eu/h1.example/**');
    expect(reach('${label:zone}', facts)).toBe('eu');
  });

  it('contribute nothing where the fact is missing or unsafe', () => {
    for (const unsafe of [
      undefined,
      '',
      '..',
      '.',
      'a/b',
      '*',
      '**',
      'a*',
      '[a-z]',
      '?',
      'a b',
      'a\n',
      '\u0000',
      '../x',
      '/',
      '${host}',
      'a'.repeat(600),
    ]) {
      expect(reach('agents/${host}', { host: unsafe })).toBeUndefined();
      expect(
        reach('agents/${label:toString}/x', { labels: unsafe === undefined ? {} : { toString: unsafe } }),
      ).toBeUndefined();
    }
    expect(reach('${agentId}', { agentId: '__system' })).toBeUndefined();
    expect(reach('.${agentId}', { agentId: '.' })).toBeUndefined();
  });

  it('whatever a fact is, it never reaches beyond its one segment', () => {
    fc.assert(
      fc.property(fc.string(), (host) => {
        const text = reach('p/${host}/s', { host });
        if (text !== undefined) expect(text).toBe(`p/${host}/s`);
        if (text !== undefined) expect(host).toMatch(/^[A-Za-z0-9._-]+$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['[${host}]', 'p/[a${agentId}]x', '[!${label:zone}]*'])(
    '%s is refused: in a class a fact would be a set of characters',
    (scope) => {
      expect(parseBinding({ id: 'one', scope }).ok).toBe(false);
    },
  );
});

describe('law 4: bindings', propertyTest, () => {
  it.each([
    [{ scope: '' }],
    [{ scope: 'A:p' }],
    [{ scope: 'a:' }],
    [{ scope: '__system' }],
    [{ scope: 'p', priority: 0.5 }],
    [{ scope: 'p', priority: Number.NaN }],
    [{ scope: 'p', priority: Number.POSITIVE_INFINITY }],
    [{ scope: 'p', host: '' }],
    [{ scope: 'p', host: 'a b' }],
    [{ scope: 'p', host: '[z-a]' }],
    [{ scope: 'p', host: 'a/b' }],
    [{ scope: 'p', prefix: '' }],
    [{ scope: 'p', prefix: '1' }],
    [{ scope: 'p', map: {} }],
    [{ scope: 'p', map: { a: 'not a key' } }],
    [{ scope: 'p', prefix: 'A_', map: { a: 'B' } }],
    [{ scope: '${secret}' }],
    [{ scope: 'p/${host' }],
  ])('%j is refused', (input) => {
    expect(parseBinding({ id: 'one', ...input }).ok).toBe(false);
  });

  it('a bare pattern is of the internal store, "*:" of every backend', () => {
    const listings = [listing('a', [['p', 'A']]), listing('internal', [['p', 'I']])];
    expect(winners(catalogueOf([{ scope: 'p' }], listings))).toEqual({ I: 'internal:p I' });
    expect(winners(catalogueOf([{ scope: '*:p' }], listings))).toEqual({ A: 'a:p A', I: 'internal:p I' });
  });

  it.each([
    ['h1', true],
    ['H1', false],
    ['h*', true],
    ['*', true],
    ['**', true],
    ['h[0-9]', true],
    ['h[!1]', false],
    ['h', false],
    ['?1', true],
    ['*.example', false],
  ])('the host pattern %s: %s', (host, applies) => {
    expect(
      Object.keys(
        winners(catalogueOf([{ scope: 'p', host }], [listing('internal', [['p', 'I']])], true, { host: 'h1' })),
      ).length,
    ).toBe(applies ? 1 : 0);
    if (host !== '**') expect(compileBindings(parse([{ id: 'one', scope: 'p', host }])).active).toEqual([]);
  });

  it('a prefix and a map that meet in one key compete like any two candidates', () => {
    const names = [
      ['p', 'DB_X'],
      ['q', 'X'],
      ['r', 'other'],
    ] as const;
    expect(
      winners(
        catalogueOf(
          [{ scope: 'p' }, { scope: 'q', prefix: 'DB_', priority: 1 }, { scope: 'r', map: { other: 'DB_X' } }],
          [listing('internal', names)],
        ),
      ),
    ).toEqual({ DB_X: 'internal:q X' });
    expect(
      winners(
        catalogueOf(
          [{ scope: 'p', map: { one: 'K', two: 'K' } }],
          [
            listing('internal', [
              ['p', 'two'],
              ['p', 'one'],
              ['p', 'K'],
            ]),
          ],
        ),
      ),
    ).toEqual({ K: 'internal:p one' });
  });

  it('a secret ranks by the best binding that selects it', () => {
    const catalogue = catalogueOf(
      [
        { scope: '**', priority: 5 },
        { scope: 'p', priority: 1 },
        { scope: 'q', priority: 3 },
      ],
      [
        listing('internal', [
          ['p', 'K'],
          ['q', 'K'],
        ]),
      ],
    );
    expect(explain(catalogue, 'K').candidates.map(({ scope, binding, rule }) => [scope, binding, rule])).toEqual([
      ['p', 'b0', ''],
      ['q', 'b0', 'scope path'],
    ]);
  });

  it('a name that is not a key needs a map, and is told of', () => {
    const names = [
      ['p', 'not a key'],
      ['p', ''],
    ] as const;
    expect(
      catalogueOf([{ scope: 'p' }], [listing('internal', names)]).unbindable.map(({ sourceKey }) => sourceKey),
    ).toEqual(['not a key', '']);
    const mapped = catalogueOf([{ scope: 'p', map: { 'not a key': 'KEY' } }], [listing('internal', names)]);
    expect([winners(mapped), mapped.unbindable]).toEqual([{ KEY: 'internal:p not a key' }, []]);
  });

  it('twins are unavailable, and so is what they outrank', () => {
    const twins = listing('a', [], { secrets: [{ scope: path('p'), key: 'K', problem: 'ambiguous' }] });
    const catalogue = catalogueOf(
      [{ scope: 'a:p', priority: 1 }, { scope: 'b:p' }],
      [
        twins,
        listing('b', [
          ['p', 'K'],
          ['p', 'L'],
        ]),
      ],
    );
    expect([explain(catalogue, 'K').status, explain(catalogue, 'L').status]).toEqual(['unavailable', 'available']);
  });

  it('an optional backend that fails takes what it could outrank; a required one fails the job', () => {
    const inputs = [
      { scope: 'a:p', priority: 1, map: { x: 'K' } },
      { scope: 'b:p' },
      { scope: 'internal:p', priority: 2 },
    ];
    const listings = [
      listing('a', [], { failure: 'sealed' }),
      listing('b', [
        ['p', 'K'],
        ['p', 'L'],
      ]),
      listing('internal', [['p', 'TOP']]),
    ];
    const catalogue = catalogueOf(inputs, listings);
    expect(['K', 'L', 'TOP', 'NEW'].map((key) => explain(catalogue, key).status)).toEqual([
      'unavailable',
      'available',
      'available',
      'not_found',
    ]);
    expect(catalogue.failures).toEqual([]);
    expect(catalogueOf(inputs, listings, false).failures).toEqual([
      { backend: 'a', region: undefined, binding: 'b0', code: 'sealed' },
    ]);
  });

  it('a folder that may not be listed takes no more than what lies in it', () => {
    const denied = listing('a', [['p/other', 'K']], { unlisted: [{ scope: path('p/db'), code: 'permission_denied' }] });
    const rest = listing('b', [
      ['p', 'K'],
      ['p', 'L'],
    ]);
    const through = (scope: string): string[] =>
      ['K', 'L'].map(
        (key) => explain(catalogueOf([{ scope, priority: 1 }, { scope: 'b:p' }], [denied, rest]), key).status,
      );
    expect(through('a:p/**')).toEqual(['unavailable', 'unavailable']);
    expect(through('a:p/other')).toEqual(['available', 'available']);
    expect(through('a:p/db')).toEqual(['unavailable', 'unavailable']);
  });

  it('one scope whose list fails takes no scope below it', () => {
    const failed = listing('a', [], { query: { scope: path('p'), depth: 'scope' }, failure: 'timeout' });
    const below = listing('a', [['p/db', 'K']], { query: { scope: path('p/db'), depth: 'scope' } });
    const catalogue = catalogueOf([{ scope: 'a:p' }, { scope: 'a:p/db' }], [failed, below]);
    expect(catalogue.blocks.map(({ binding }) => binding)).toEqual(['b0']);
    expect(explain(catalogue, 'K').status).toBe('available');
  });

  it('a backend that is not there fails the job, and what it could outrank', () => {
    const catalogue = catalogueOf([{ scope: 'gone:p', priority: 1 }, { scope: 'b:p' }], [listing('b', [['p', 'K']])]);
    expect(catalogue.failures).toEqual([
      { backend: 'gone', region: undefined, binding: 'b0', code: 'misconfigured', reason: 'backend_missing' },
    ]);
    expect(explain(catalogue, 'K').status).toBe('unavailable');
  });
});
