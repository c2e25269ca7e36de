import type { ServerSettings } from '../../composition/settings.ts';
import { UsageError } from '../terminal/command-error.ts';
import type { Configuration } from './configuration.ts';

/**
 * Where the data is, and which key opens it.
 * @throws UsageError
 */
export function storageOf(configuration: Configuration): Pick<ServerSettings, 'dataDir' | 'database' | 'key'> {
  const { dataDir, secretKey, secretKeyFile } = configuration;
  if (secretKey.value !== '' && secretKeyFile.origin !== 'default')
    throw new UsageError('both a key and a key file are given', 'keep one of KICI_SECRET_KEY and KICI_SECRET_KEY_FILE');
  return {
    dataDir: dataDir.value,
    database: databaseOf(configuration),
    key:
      secretKey.value === ''
        ? { kind: 'file', file: secretKeyFile.value, create: secretKeyFile.origin === 'default' }
        : { kind: 'text', text: secretKey.value, name: secretKey.source },
  };
}

function databaseOf({
  databaseUrl,
  databaseMigrationUrl,
  databasePasswordFile,
}: Configuration): ServerSettings['database'] {
  const [migrationUrl, passwordFile] = [databaseMigrationUrl, databasePasswordFile].map(({ value }) =>
    value === '' ? undefined : value,
  );
  if (databaseUrl.value !== '') return { url: databaseUrl.value, migrationUrl, passwordFile };
  if (migrationUrl === undefined && passwordFile === undefined) return undefined;
  throw new UsageError(
    'how to reach a database server is given, but not which one',
    'set KICI_DATABASE_URL, or leave KICI_DATABASE_MIGRATION_URL and KICI_DATABASE_PASSWORD_FILE out',
  );
}
