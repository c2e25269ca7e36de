import { spawnSync } from 'node:child_process';

const works = spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', 'true']).status === 0;

/** Why the lane cannot run; undefined if it can. */
export const bwrapMissing: string | undefined = works
  ? undefined
  : 'bubblewrap is not installed, or this machine allows no user namespaces';
