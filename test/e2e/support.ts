import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programFile } from '../support/run-program.ts';

export interface Orchestrator {
  readonly url: string;
  /** What the user who started it has in the environment of a client. */
  readonly user: Readonly<Record<string, string>>;
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts the real `kici-orchestrator` on a free port, with data, keys and tokens in a temporary folder. */
export async function startOrchestrator(): Promise<Orchestrator> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-e2e-'));
  const child = spawn(process.execPath, [programFile('kici-orchestrator'), '--port', '0', '--json', '--log-level', 'warn', '--data-dir', join(folder, 'data')], {
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, XDG_CONFIG_HOME: join(folder, 'config') }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = await readyUrl(child);
  return {
    url, folder, user: { KICI_URL: url, HOME: folder, XDG_CONFIG_HOME: join(folder, 'config') },
    stop: async () => {
      const gone = new Promise((resolve) => { child.once('close', resolve); });
      child.kill('SIGTERM');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    let problems = '';
    child.stderr?.on('data', (chunk: Buffer) => { problems += chunk.toString(); });
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /"url":"([^"]+)"/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('close', (code) => { reject(new Error(`kici-orchestrator ended with ${code}: ${problems}`)); });
  });
}
