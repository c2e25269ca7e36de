import { expect, it } from 'vitest';
import { readSource, sourceFiles } from './imports.ts';

const imports = /^import (?!type )[^;]*? from '(?:node:)?https?';$/m;
/** Not part of any program. */
const isForTests = /^src\/(?:conformance\/testing|cli\/admin\/scaffold\/template)\//;

it('no program imports node:http, which would load all of undici: as an ES module it offers WebSocket too', () => {
  const files = [...sourceFiles('src'), ...sourceFiles('backends')];
  expect(files.filter((path) => imports.test(readSource(path)) && !isForTests.test(path))).toEqual([]);
  expect(files.some((path) => imports.test(readSource(path)))).toBe(true);
});
