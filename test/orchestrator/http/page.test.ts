import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPage } from '../../../src/orchestrator/http/page-files.ts';
import { startServer, startSharedServer, temporaryFolder } from '../support/server.ts';

const html = { accept: 'text/html,application/xhtml+xml' };

describe('the page', () => {
  let shared: Awaited<ReturnType<typeof startSharedServer>>;
  const get = (path: string, headers: Record<string, string> = html) => fetch(shared.server.url + path, { headers });

  beforeAll(async () => {
    shared = await startSharedServer({ dashboard: true });
  });
  afterAll(async () => {
    await shared.stop();
  });

  it('is built by what npm runs after an installation', () => {
    expect(existsSync(join(import.meta.dirname, '../../../src/dashboard/dist/index.html'))).toBe(true);
  });

  it.each(['/', '/orgs/default/grid', '/orgs/default/settings/secrets/internal:a/b'])(
    'is there for a browser at %s',
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(await answer.text()).toContain('<div id="root">');
    },
  );

  it('runs nothing inline and nothing of others, and stands in no frame', async () => {
    const answer = await get('/');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]),
    );
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    const document = await answer.text();
    expect(document).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
    expect(document).not.toMatch(/(?:src|href)="(?!\/)/);
  });

  it('has files that are kept for ever, since their names change with them', async () => {
    const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(await (await get('/')).text()) ?? [];
    const answer = await get(script ?? '', { accept: '*/*' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-type')).toContain('text/javascript');
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    const known = await get(script ?? '', { 'if-none-match': answer.headers.get('etag') ?? '' });
    expect(known.status).toBe(304);
  });

  it.each([
    '/nothing',
    '/assets/none.js',
    '/api/v1/none',
    '/../package.json',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/package.json',
    '/index.html/..',
  ])('leaves a program that asks for %s with an error in JSON', async (path) => {
    const answer = await get(path, { accept: '*/*' });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: 'not_found' });
  });

  it.each(['/api/v1/orgs/default/none', '/health/none', '/dashboard/none', '/assets/none.js'])(
    'is not in the place of %s, whoever asks',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  it('answers no method but GET', async () => {
    expect((await fetch(`${shared.server.url}/`, { method: 'POST', headers: html })).status).toBe(404);
  });
});

it('has none of its routes where it is switched off', async () => {
  const { url } = await startServer({ settings: { dashboard: false } });
  for (const path of ['/', '/orgs/default/grid', '/icon.svg', '/index.html', '/dashboard/session'])
    expect((await fetch(url + path, { headers: html })).status).toBe(404);
  expect((await fetch(`${url}/dashboard/session`, { method: 'POST' })).status).toBe(404);
});

describe('the files of a page', () => {
  it('are none where no page was built', async () => {
    const folder = await temporaryFolder();
    expect(readPage(folder)).toBeUndefined();
    expect(readPage(join(folder, 'missing'))).toBeUndefined();
  });

  it('are those of kinds that a page has', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'assets'));
    for (const name of ['index.html', 'assets/a.js', 'assets/a.css', 'notes.txt', 'key.pem'])
      await writeFile(join(folder, name), 'x');
    expect(new Set(readPage(folder)?.keys())).toEqual(new Set(['/assets/a.css', '/assets/a.js', '/index.html']));
  });
});
