import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { expect, it } from 'vitest';
import { startOrchestrator } from '../support/programs.ts';

interface Answer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
}

async function ask(url: string, path: string, agent: Agent): Promise<Answer> {
  const [response] = await once(get(`${url}${path}`, { agent }), 'response');
  response.resume();
  await once(response, 'end');
  return { status: response.statusCode, connection: response.headers.connection };
}

it('after SIGTERM it serves on for the delay, turns load balancers away, and keeps no connection', async () => {
  await using orchestrator = await startOrchestrator({ environment: { KICI_DRAIN_DELAY: '1h' } });
  const { url, process: child } = orchestrator;
  const agent = new Agent({ keepAlive: true });
  expect(await ask(url, '/health/ready', agent)).toEqual({ status: 200, connection: 'keep-alive' });
  child.kill('SIGTERM');
  while (!orchestrator.output().includes('stopping')) await once(child.stderr ?? child, 'data');
  expect(await ask(url, '/health/ready', agent)).toEqual({ status: 503, connection: 'close' });
  expect(await ask(url, '/health/live', agent)).toEqual({ status: 200, connection: 'close' });
  // Asked a second time, it does not wait.
  expect(await orchestrator.stop()).toBe(0);
  agent.destroy();
});
