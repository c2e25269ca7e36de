import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './markdown.ts';

const folder = join(root, 'docs/design/decisions');
const list = readFileSync(join(folder, 'README.md'), 'utf8');
const decisions = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\/.*\.md$/.test(path));

it('there are decisions', () => {
  expect(decisions.length).toBeGreaterThan(70);
});

it.each(decisions)('%s is named by its subject, has a status with its date, and is listed under its title', (path) => {
  const [heading = '', , status] = readFileSync(join(folder, path), 'utf8').split('\n');
  expect(path).toMatch(/^[a-z]+\/[a-z0-9]+(-[a-z0-9]+){1,4}\.md$/);
  expect(status).toMatch(/^Status: (proposed|accepted|replaced by `[^`]+`) · \d{4}-\d{2}-\d{2}$/);
  expect(list).toContain(`- [${heading.replace('# ', '')}](${path})\n`);
});
