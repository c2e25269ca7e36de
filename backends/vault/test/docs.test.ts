import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settingsTable } from '@kici-dev/secret-backend-conformance/testing';
import { vaultDefinition } from '../index.ts';
import { settings } from '../settings.ts';
import { settingsOf } from './support/host.ts';

const page = readFileSync(new URL('../../../docs/backends/vault.md', import.meta.url), 'utf8');

describe('docs/backends/vault.md', () => {
  it('shows every setting as the schema has it', () => {
    const [, shown] = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(page) ?? [];
    expect(shown).toBe(settingsTable(settings));
  });

  it('has commands whose settings make a backend', () => {
    const commands = [...page.matchAll(/^kici-admin backend add [^`]*?(?=\nkici-admin|\n```)/gm)].map(([command]) =>
      command.replaceAll('\\\n', ' '),
    );
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const plain = [...command.matchAll(/--set ([A-Za-z.]+)=(\S+)/g)].map(([, name = '', value = '']) => [
        name,
        value,
      ]);
      const secret = [...command.matchAll(/--secret ([A-Za-z.]+)/g)].map(([, name = '']) => [
        name,
        'entered at the prompt',
      ]);
      for (const [name = ''] of [...plain, ...secret]) expect(Object.keys(settings)).toContain(name);
      expect(vaultDefinition.validate?.(settingsOf(Object.fromEntries([...plain, ...secret])))).toEqual([]);
    }
  });

  it('names every code of a sign-in method and every KV version that can be set', () => {
    for (const method of settings['auth.method'].choices) expect(page).toContain(`| \`${method}\` |`);
    for (const version of settings.kvVersion.choices) expect(page).toContain(`\`kvVersion=${version}\``);
  });
});
