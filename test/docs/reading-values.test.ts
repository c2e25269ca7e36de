import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { set } from '../orchestrator/support/jobs.ts';
import { startSharedServer } from '../orchestrator/support/server.ts';
import { root } from './markdown.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let token: string;
let page: string;
beforeAll(async () => {
  page = await readFile(join(root, 'docs/reading-values.md'), 'utf8');
  shared = await startSharedServer();
  const { server } = shared;
  await set(server, 'apps/shop', 'DB_USER', 'shop');
  await set(server, 'apps/shop', 'DB_PASSWORD', 'hunter2');
  await server.call('environments.create', { name: 'production', bind: ['apps/shop'] });
  await server.call('policy.set', { plainReads: 'on' });
  const reach = { environments: ['production'], scopes: ['apps/shop/**', 'apps/shop'] };
  ({ token } = await server.call('tokens.create', { name: 'eso', role: 'reader', ...reach }));
});
afterAll(() => shared.stop());

const block = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? '';
/** Reaches the server without the page's proxy. */
const here = (url: string): string => url.replace('https://kici.example.com', shared.server.url);
const get = async (url: string, authorization: string): Promise<unknown> =>
  (await fetch(here(url), { headers: { authorization } })).json();

const secretStore = z.object({
  spec: z.object({
    provider: z.object({
      webhook: z.object({
        url: z.string(),
        headers: z.object({ Authorization: z.string() }),
        result: z.object({ jsonPath: z.templateLiteral(['$.', z.string()]) }),
      }),
    }),
  }),
});

it('the request of the External Secrets Operator is answered with the value where the store looks for it', async () => {
  const { webhook } = secretStore.parse(parse(block('yaml'))).spec.provider;
  const url = webhook.url.replace('{{ .remoteRef.key }}', 'DB_PASSWORD');
  const answer = await get(url, webhook.headers.Authorization.replace('{{ .auth.token }}', token));
  expect(z.record(z.string(), z.unknown()).parse(answer)[webhook.result.jsonPath.slice(2)]).toBe('hunter2');
});

it("Terraform's request is answered with both values", async () => {
  const url = /url += "([^"]+)"/.exec(block('terraform'))?.[1] ?? '';
  expect(await get(url, `Bearer ${token}`)).toEqual({
    values: { DB_USER: 'shop', DB_PASSWORD: 'hunter2' },
    encoding: 'text',
  });
});

it("curl's request is answered with the value", async () => {
  const url = /https:\S+/.exec(block('bash'))?.[0] ?? '';
  expect(await get(url, `Bearer ${token}`)).toMatchObject({ value: 'hunter2' });
});
