import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { roleNames } from '../../src/api/roles.ts';
import { configurationItems, type ConfigurationItem } from '../../src/cli/orchestrator/configuration-items.ts';

const page = await readFile(new URL('../../docs/operators.md', import.meta.url), 'utf8');

it.each(Object.values<ConfigurationItem>(configurationItems))(
  'the page for operators has a row for $name',
  ({ name, flag, variable }) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``));
    expect(row).toContain(`\`${variable}\``);
    if (flag !== '') expect(row).toContain(`\`${flag.split(' ')[0]}\``);
  },
);

it.each(roleNames)('the page for operators has a row for the role %s', (role) => {
  expect(page).toMatch(new RegExp(`^\\| \`${role}\` \\|`, 'm'));
});
