import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { addressOf } from '../support/wire-api.ts';
import { startFakeJobs } from './support/fake-jobs.ts';
import { makeProject } from './support/project.ts';

const workflow = `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [job('a', { runsOn: 'default', environment: 'production',
  steps: [step('s', async (ctx) => { await ctx.secrets.get('TOKEN'); })] })] });
`;

/** An orchestrator that leaves one kind of request unanswered. */
async function startSilentAt(path: string) {
  const api = await startFakeJobs({ values: { TOKEN: 'value-of-the-token' } });
  const unanswered: IncomingHttpHeaders[] = [];
  const server = createServer((incoming, response) => {
    if (incoming.url === path) {
      unanswered.push(incoming.headers);
      return;
    }
    const { method, headers } = incoming;
    incoming.pipe(
      request(`${api.url}${incoming.url ?? ''}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await api.close();
  });
  return { url: addressOf(server), unanswered };
}

it('a run that binds an environment connects before it asks, without a token, and waits for no answer to that', async () => {
  const { url, unanswered } = await startSilentAt('/health/live');
  const project = await makeProject({ 'main.ts': workflow }, { KICI_URL: url, KICI_TOKEN: 'a-token-of-the-user' });
  expect(await project.run('run')).toMatchObject({ code: 0 });
  expect(unanswered).toEqual([expect.not.objectContaining({ authorization: expect.anything() })]);
});
