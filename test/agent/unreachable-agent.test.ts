import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stepHostFile } from '../../src/agent/process/step-host-file.ts';
import { finished } from './support/project.ts';

it('a step host whose socket leads nowhere, as in a container that gets none, says so before it ends', async () => {
  const nowhere = join(tmpdir(), 'nowhere');
  const { code, stderr } = await finished(
    spawn(process.execPath, [stepHostFile], {
      env: { KICI_CHANNEL: nowhere },
      stdio: ['ignore', 'pipe', 'pipe'],
      // It ends its whole group.
      detached: true,
    }),
  );
  expect([code, stderr]).toEqual([
    'SIGKILL',
    expect.stringContaining(`cannot reach its agent through ${nowhere} (ENOENT)`),
  ]);
});
