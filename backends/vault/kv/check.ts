import { BackendError, parseScopePath, type CallContext, type ScopePath } from '@kici-dev/secret-backend';
import { readEntry } from './entry.ts';
import { listFolder } from './list.ts';
import type { Service } from './service.ts';

/**
 * Uses the rights that jobs need: lists, and reads a path that no binding can name and that need not exist. The server
 * says that it is not there only to who may read it.
 * @throws BackendError
 */
export async function check(service: Service, context: CallContext): Promise<1 | 2> {
  const version = await service.examine(context);
  try {
    await listFolder(service, undefined, context);
    await readEntry(service, probe(), undefined, context);
  } catch (error) {
    if (BackendError.is(error) && error.code === 'permission_denied')
      throw new BackendError(error.code, { detail: 'the identity may not list and read below basePath' });
    throw error;
  }
  return version;
}

function probe(): ScopePath {
  const path = parseScopePath('__kici/check');
  if (!path.ok) throw new BackendError('invalid_argument', { detail: path.reason });
  return path.value;
}
