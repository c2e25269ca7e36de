import { BackendError, parseScopePath, type CallContext, type ScopePath } from '@kici-dev/secret-backend';
import { readEntry } from './entry.ts';
import { listFolder } from './list.ts';
import type { Service } from './service.ts';

/**
 * Exercises the rights that jobs need: lists, and reads a path that no binding can name and that need not exist. Only
 * with permission to read does the server say that it does not exist.
 * @throws BackendError
 */
export async function check(service: Service, context: CallContext): Promise<1 | 2> {
  const version = await service.examine(context);
  await allowed('list_refused', listFolder(service, undefined, context));
  await allowed('read_refused', readEntry(service, probe(), undefined, context));
  return version;
}

async function allowed(refusal: 'list_refused' | 'read_refused', attempt: Promise<unknown>): Promise<void> {
  try {
    await attempt;
  } catch (error) {
    if (!BackendError.is(error) || error.code !== 'permission_denied') throw error;
    throw new BackendError(error.code, {
      reason: refusal,
      detail: `the identity may not ${refusal === 'list_refused' ? 'list' : 'read'} below basePath`,
    });
  }
}

function probe(): ScopePath {
  const path = parseScopePath('__kici/check');
  if (!path.ok) throw new BackendError('invalid_argument', { detail: path.reason });
  return path.value;
}
