import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/api/operation.ts';
import { operations } from '../../../src/api/registry.ts';
import * as z from 'zod';
import { base64, startSharedServer, type TestServer } from '../support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;

beforeAll(async () => {
  shared = await startSharedServer();
  ({ server } = shared);
  const entries = Array.from({ length: 60 }, (_, at) => ({ key: `KEY_${at}`, value: base64('v') }));
  await server.call('secrets.import', { scope: 'production', entries });
  await server.call('environments.create', { name: 'production', bind: ['production'] });
});
afterAll(() => shared.stop());

interface Answer {
  readonly coding: string | undefined;
  readonly vary: string | undefined;
  readonly body: Buffer;
}

/** As it came over the wire; `fetch` would hide it. */
async function ask(path: string, acceptEncoding?: string, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${server.url}/api/v1/orgs/default${path}`,
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${server.owner}`,
          ...(acceptEncoding !== undefined && { 'accept-encoding': acceptEncoding }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const { 'content-encoding': coding, vary } = response.headers;
          resolve({ coding, vary, body: Buffer.concat(chunks) });
        });
      },
    );
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('an answer that may leave compressed', () => {
  it.each(['gzip', 'gzip, deflate, br, zstd', 'br;q=1, GZIP;q=0.5'])(
    'does for a client that takes %s',
    async (header) => {
      const plain = await ask('/grid');
      const packed = await ask('/grid', header);
      expect([plain.coding, packed.coding, packed.vary]).toEqual([undefined, 'gzip', 'accept-encoding']);
      expect(JSON.parse(gunzipSync(packed.body).toString())).toMatchObject({ total: 60 });
      expect(packed.body.length).toBeLessThan(plain.body.length / 3);
    },
  );

  it.each(['gzip;q=0', 'br, gzip; q=0.000', 'identity', 'xgzip', 'gzipx'])(
    'does not for one that takes %s',
    async (header) => {
      expect((await ask('/grid', header)).coding).toBeUndefined();
    },
  );

  it('does not where it is short', async () => {
    expect((await ask('/grid?limit=1', 'gzip')).coding).toBeUndefined();
  });
});

it('no other answer leaves compressed, however long it is', async () => {
  await server.call('policy.set', { plainReads: 'on' });
  const { token } = await server.call('tokens.create', {
    name: 'reader',
    role: 'reader',
    environments: ['production'],
  });
  const keys = Array.from({ length: 60 }, (_, at) => `KEY_${at}`);
  expect(await server.as(token)('values.getMany', { environment: 'production', keys })).toBeDefined();
  const opened = await ask('/jobs', 'gzip', {
    environment: 'production',
    workflow: 'w',
    job: 'j',
    agentPublicKey: base64('x'.repeat(32)),
  });
  expect(opened.body.length).toBeGreaterThan(4_000);
  expect(JSON.parse(opened.body.toString())).toHaveProperty('jobToken');
  expect(opened.coding).toBeUndefined();
});

it('only answers that hold names alone may leave compressed', () => {
  const may = Object.entries<Operation>(operations).filter(([, { compressible }]) => compressible === true);
  expect(may.map(([id]) => id).toSorted()).toEqual([
    'audit.list',
    'jobs.list',
    'resolution.catalogue',
    'resolution.grid',
    'resolution.preview',
    'scopes.list',
    'secrets.list',
  ]);
  for (const [id, { method, sensitivity, answersPlainValues, output }] of may) {
    expect([id, method, sensitivity, answersPlainValues]).toEqual([id, 'GET', 'names', undefined]);
    expect(JSON.stringify(z.toJSONSchema(output, { io: 'input', unrepresentable: 'any' }))).not.toMatch(
      /"(value|values|sealed|ciphertext|csrf|code_verifier|cookie)":/,
    );
  }
});
