import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { connect, createServer as listen } from 'node:net';
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

/** Its job binds no environment, so that no request is due. */
const besides = (line: string) => `import { workflow, job, step, push } from '@kici-dev/sdk';
${line}
export default workflow('main', { on: push(), jobs: [job('b', { runsOn: 'default', steps: [step('s', async () => {})] })] });
`;
const property = besides("export const other = { environment: 'production' };");

/** Every name is this machine's. */
const resolver = `import dns from 'node:dns';
dns.lookup = (name, options, done) => done(null, options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4);`;

it.each([
  ['connects where a property names an environment', property, 'http://127.0.0.1', 1],
  ['connects to nobody for the word in a comment', besides('// Its environment: none.'), 'http://127.0.0.1', 0],
  ['looks no name up ahead', property, 'http://orchestrator.test', 0],
  ['connects to nobody who may be known by a certificate of its own', property, 'https://127.0.0.1', 0],
])('a run %s', async (_, text, address, connections) => {
  let seen = 0;
  const server = listen((socket) => {
    seen += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = new URL(addressOf(server));
  const project = await makeProject(
    { 'main.ts': text },
    {
      KICI_URL: `${address}:${port}`,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(resolver)}`,
    },
  );
  expect(await project.run('run')).toMatchObject({ code: 0 });
  // Comes after all others.
  await once(connect(Number(port), '127.0.0.1'), 'close');
  expect(seen).toBe(connections + 1);
});
