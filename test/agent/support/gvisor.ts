import { spawnSync } from 'node:child_process';
import { missingVariable } from '../../support/lane.ts';

function withoutRuntime(): string | undefined {
  const { status, stdout } = spawnSync('docker', ['info', '--format', '{{json .Runtimes}}'], { encoding: 'utf8' });
  return status === 0 && stdout.includes('"runsc"')
    ? undefined
    : 'the container engine has no runtime runsc (gVisor); `.ci/setup` provides it';
}

/** Why the lane cannot run; undefined if it can. */
export const gvisorMissing: string | undefined =
  missingVariable('DOCKER_HOST', 'a container engine') ??
  missingVariable('KICI_TEST_STEP_IMAGE', 'an image with glibc, bash and IMAGE_VARIABLE=of-the-image') ??
  withoutRuntime();
