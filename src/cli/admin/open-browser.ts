import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Io } from '../terminal/io.ts';

/**
 * Opens an address in this user's browser.
 * @returns false if there is none
 */
export async function openInBrowser(url: string, environment: Io['environment']): Promise<boolean> {
  const opener = openerOf(environment);
  if (opener === undefined) return false;
  const [program, ...words] = opener;
  const child = spawn(program, [...words, url], { stdio: 'ignore', detached: true });
  const started = once(child, 'spawn').then(
    () => true,
    () => false,
  );
  child.unref();
  return started;
}

function openerOf(environment: Io['environment']): readonly [string, ...string[]] | undefined {
  const browser = environment['BROWSER'];
  if (browser !== undefined && browser !== '') return [browser];
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  const hasScreen = [environment['DISPLAY'], environment['WAYLAND_DISPLAY']].some(
    (screen) => screen !== undefined && screen !== '',
  );
  return hasScreen ? ['xdg-open'] : undefined;
}
