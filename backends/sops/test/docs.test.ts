import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { settingsTable } from '@kici-dev/secret-backend-conformance/testing';
import { settings } from '../settings.ts';

it('the page shows every setting as the schema has it', () => {
  const page = readFileSync(new URL('../../../docs/backends/sops.md', import.meta.url), 'utf8');
  const [, shown] = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(page) ?? [];
  expect(shown).toBe(settingsTable(settings));
});
