import type { ServerSettings } from '../../composition/settings.ts';
import { UsageError } from '../terminal/command-error.ts';
import type { Configuration } from './configuration.ts';

/**
 * Where the data is, and which key opens it.
 * @throws UsageError
 */
export function storageOf({
  dataDir,
  databaseUrl,
  secretKey,
  secretKeyFile,
}: Configuration): Pick<ServerSettings, 'dataDir' | 'key'> {
  if (databaseUrl.value !== '')
    throw new UsageError(
      'a database URL is not yet supported',
      'leave KICI_DATABASE_URL and --database-url out: the data folder holds an embedded SQLite',
    );
  if (secretKey.value !== '' && secretKeyFile.origin !== 'default')
    throw new UsageError('both a key and a key file are given', 'keep one of KICI_SECRET_KEY and KICI_SECRET_KEY_FILE');
  return {
    dataDir: dataDir.value,
    key:
      secretKey.value === ''
        ? { kind: 'file', file: secretKeyFile.value, create: secretKeyFile.origin === 'default' }
        : { kind: 'text', text: secretKey.value, name: secretKey.source },
  };
}
