import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { BackendError, type BackendHost } from '@kici-dev/secret-backend';
import type { Source } from '../config.ts';

/**
 * The text of a setting or of the file that it names. Links are followed before the path is compared with what
 * the server's configuration allows.
 * @throws BackendError `misconfigured`
 */
export async function readSource(source: Source, host: BackendHost): Promise<string> {
  if ('inline' in source) return source.inline.text() ?? '';
  const refuse = (why: string): BackendError => new BackendError('misconfigured', { detail: `${source.setting} ${why}` });
  const path = await realpath(resolve(source.file)).catch(() => undefined);
  const roots = await Promise.all(host.ambient.paths.map((root) => realpath(resolve(root)).catch(() => undefined)));
  const allowed = roots.some((root) => root !== undefined && path !== undefined && isBelow(path, root));
  // Whether a file exists is told only where it may be opened.
  if (path === undefined || !allowed) throw refuse('names no file that the server\'s configuration lets backends open');
  return readFile(path, 'utf8').catch(() => {
    throw refuse('names a file that cannot be read');
  });
}

function isBelow(path: string, root: string): boolean {
  const between = relative(root, path);
  return between === '' || (!between.startsWith('..') && !isAbsolute(between));
}
