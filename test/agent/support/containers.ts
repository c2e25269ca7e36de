import { execFileSync } from 'node:child_process';
import type { Place } from './remains.ts';

export function docker(...args: readonly string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8' }).trim();
}

/** Names of the containers that mount the project's folder. */
export function containersOf({ folder }: Pick<Place, 'folder'>): readonly string[] {
  return docker('ps', '--all', '--filter', `volume=${folder}`, '--format', '{{.Names}}')
    .split('\n')
    .filter((name) => name !== '');
}
