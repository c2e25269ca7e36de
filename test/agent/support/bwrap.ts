import { spawnSync } from 'node:child_process';

const works = spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', 'true']).status === 0;

/** For a lane; undefined where there is one. */
export const bwrapMissing: string | undefined = works
  ? undefined
  : 'bubblewrap is not installed, or this machine allows no user namespaces';
