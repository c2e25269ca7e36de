import { execFile, type ExecFileOptions } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { missingVariable, type Lane } from '../../support/lane.ts';

const root = join(import.meta.dirname, '../../..');
export const deployFolder: string = join(root, 'docs/deploy');

export const imageLane: Lane = {
  name: 'image',
  missing:
    missingVariable('DOCKER_HOST', 'a container engine') ??
    missingVariable('KICI_TEST_NODE_IMAGE', 'an image with Node.js and npm'),
};

/** Runs a program to its end. @returns what it printed, without the last line end */
export async function run(program: string, args: readonly string[], options: ExecFileOptions = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 64 * 1_024 * 1_024, ...options });
  return String(stdout).trimEnd();
}

export async function docker(...args: readonly string[]): Promise<string> {
  return run('docker', args);
}

/** Builds this checkout; quick where `.ci/setup` has done so. @returns the image's id */
export async function buildImage(...options: readonly string[]): Promise<string> {
  return run(join(root, '.ci/build/container-image'), options);
}

export interface Container extends AsyncDisposable {
  readonly id: string;
  /** Runs a program in it. */
  exec(...command: readonly string[]): Promise<string>;
}

/** Starts a container, as hardened as the compose file has it. */
export async function startContainer(image: string, ...options: readonly string[]): Promise<Container> {
  const hardened = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  const id = await docker('run', '--detach', ...hardened, '--ulimit', 'core=0', ...options, image);
  return {
    id,
    exec: (...command) => docker('exec', id, ...command),
    async [Symbol.asyncDispose]() {
      await docker('rm', '--force', '--volumes', id);
    },
  };
}

/** Waits until the image's own check says so. @throws Error with the log where the container ends before */
export async function untilHealthy(id: string): Promise<void> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until it is
    const healthy = await docker('exec', id, 'kici-orchestrator', 'health').then(
      () => true,
      () => false,
    );
    if (healthy) return;
    // oxlint-disable-next-line no-await-in-loop -- until it is
    const running = await docker('inspect', '--format', '{{.State.Running}}', id);
    // oxlint-disable-next-line no-await-in-loop -- the last one
    if (running !== 'true') throw new Error(`the container has ended:\n${await docker('logs', id)}`);
  }
}
