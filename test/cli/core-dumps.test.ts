import { readFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { runProgram, startOrchestrator } from '../support/programs.ts';

it.runIf(process.platform === 'linux')(
  'an orchestrator, and kici with all that it starts, keep their memory out of core dumps (proven on Linux, whose filter it is)',
  async () => {
    const { environment, home, ...running } = await startOrchestrator();
    onTestFinished(() => running[Symbol.asyncDispose]());
    expect(await readFile(`/proc/${running.process.pid}/coredump_filter`, 'utf8')).toBe('00000000\n');
    const at = { environment, folder: home };
    await runProgram('kici-admin', ['environment', 'create', 'production', '--bind', 'production'], at);
    const command = ['exec', '--environment', 'production', '--all', '--', 'cat', '/proc/self/coredump_filter'];
    const { stdout, stderr } = await runProgram('kici', command, at);
    expect(stdout, stderr).toBe('00000000\n');
  },
);
