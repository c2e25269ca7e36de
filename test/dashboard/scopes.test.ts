import { expect, it } from 'vitest';
import { backendOf, fullScope, pathOf, treeOf } from '../../src/dashboard/pages/secrets/scopes.ts';

it('a scope is written in full, and taken apart', () => {
  expect([fullScope('a/b'), fullScope('corp:a')]).toEqual(['internal:a/b', 'corp:a']);
  expect([backendOf('a/b'), pathOf('a/b'), backendOf('corp:a/b'), pathOf('corp:a/b')]).toEqual([
    'internal',
    'a/b',
    'corp',
    'a/b',
  ]);
});

it('folders that hold one folder alone are one, and no deeper than they branch', () => {
  const end = { name: 'end', scope: 'corp:a/b/c/end', children: [] };
  expect(treeOf({ backend: 'corp', scopes: ['corp:a/b/c/end'] })).toEqual([
    { name: 'a/b/c', scope: undefined, children: [end] },
  ]);
  expect(treeOf({ backend: 'corp', scopes: ['corp:a/b/c/end', 'corp:a/b'] })).toEqual([
    {
      name: 'a',
      scope: undefined,
      children: [{ name: 'b', scope: 'corp:a/b', children: [{ name: 'c', scope: undefined, children: [end] }] }],
    },
  ]);
});

it('scopes are a tree, in which a folder may be a scope itself', () => {
  expect(treeOf({ backend: 'corp', scopes: ['corp:b', 'corp:a/x/y', 'corp:a', 'corp:a/x'] })).toEqual([
    {
      name: 'a',
      scope: 'corp:a',
      children: [{ name: 'x', scope: 'corp:a/x', children: [{ name: 'y', scope: 'corp:a/x/y', children: [] }] }],
    },
    { name: 'b', scope: 'corp:b', children: [] },
  ]);
});

it('a large folder stands beside the scope of its name, and what is below a folder is named from there', () => {
  const large = { folder: 'apps/a', scopes: 900 };
  expect(treeOf({ backend: 'corp', folder: 'apps', scopes: ['corp:apps/b', 'corp:apps/a'], folders: [large] })).toEqual(
    [
      { name: 'a', scope: 'corp:apps/a', children: [], large },
      { name: 'b', scope: 'corp:apps/b', children: [] },
    ],
  );
  expect(treeOf({ backend: 'corp', scopes: [], folders: [{ folder: 'apps', scopes: 900 }] })).toEqual([
    { name: 'apps', scope: undefined, children: [], large: { folder: 'apps', scopes: 900 } },
  ]);
});
