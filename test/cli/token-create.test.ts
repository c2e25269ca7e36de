import { expect, it, onTestFinished } from 'vitest';
import { adminInProcess } from '../support/admin-in-process.ts';
import { startWireApi } from '../support/wire-api.ts';
import { answers } from './answers.ts';

it('a reader of everything is asked for in words', async () => {
  const api = await startWireApi(answers);
  onTestFinished(() => api.close());
  const args = ['token', 'create', 'eso', '--role', 'reader', '--all-environments'];
  const { exitCode } = await adminInProcess(args, { environment: { KICI_URL: api.url, KICI_TOKEN: 'owner' } });
  expect(exitCode).toBe(0);
  expect(api.calls.map(({ id, input }) => [id, input])).toEqual([
    ['tokens.create', { name: 'eso', role: 'reader', allEnvironments: true }],
  ]);
});
