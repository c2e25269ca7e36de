import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorPages } from '../../src/cli/admin/error-pages/error-pages.ts';
import { adminInProcess } from '../support/admin-in-process.ts';

const docs = await readFile(join(import.meta.dirname, '../../docs/errors.md'), 'utf8');

it('every code on the page of errors has a page of its own, with the same words', () => {
  const codes = [...docs.matchAll(/<a id="[a-z]+-([^"]+)">/g)].flatMap(([, code]) => code ?? []);
  expect(new Set(errorPages().map(({ code }) => code))).toEqual(new Set(codes));
  expect(errorPages()).toHaveLength(codes.length);
  for (const { meaning } of errorPages()) expect(docs).toContain(meaning);
});

it('help errors shows a code in each place where it is seen, without an orchestrator', async () => {
  const { exitCode, stdout } = await adminInProcess(['help', 'errors', 'secret_not_found'], {
    environment: { KICI_URL: 'http://0.0.0.0:1' },
  });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^secret_not_found \(steps, as SecretNotFoundError\)\n {2}What happened: /m);
  expect(stdout).toMatch(/^secret_not_found \(the embedded resolver\)\n/m);
});

it('help errors names what may be meant', async () => {
  const { exitCode, stderr } = await adminInProcess(['help', 'errors', 'tiemout'], { environment: {} });
  expect([exitCode, stderr]).toEqual([
    2,
    'kici-admin: usage: there is no error "tiemout"\n            did you mean timeout?\n',
  ]);
});
