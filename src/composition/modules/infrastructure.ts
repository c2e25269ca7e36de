import type { BackendHost } from '@kici-dev/secret-backend';
import { ContainerModule } from 'inversify';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Keyring } from '../../keyring/keyring.ts';
import type { Certificate } from '../../orchestrator/http/certificate.ts';
import { createSeals } from '../../orchestrator/seals/seals.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { AllTables } from '../all-tables.ts';
import type { ServerSettings } from '../settings.ts';
import { identifiers } from '../identifiers.ts';

/** What the application opened before anything is resolved. */
export interface OpenResources {
  readonly settings: ServerSettings;
  readonly log: Logger;
  readonly resolveAddress: BackendHost['resolveAddress'];
  readonly now: () => number;
  readonly telemetry: Telemetry;
  /** `undefined`: plain HTTP. */
  readonly certificate: Certificate | undefined;
  readonly database: Kysely<AllTables>;
  readonly keyring: Keyring;
}

/** What was opened, and the seals of rows that grant or decide. */
export function infrastructureModule(opened: OpenResources): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(identifiers.settings).toConstantValue(opened.settings);
    bind(identifiers.log).toConstantValue(opened.log);
    bind(identifiers.resolveAddress).toConstantValue(opened.resolveAddress);
    bind(identifiers.now).toConstantValue(opened.now);
    bind(identifiers.telemetry).toConstantValue(opened.telemetry);
    bind(identifiers.certificate).toConstantValue({ used: opened.certificate });
    bind(identifiers.database).toConstantValue(opened.database);
    bind(identifiers.keyring).toConstantValue(opened.keyring);
    bind(identifiers.seals).toResolvedValue(
      (keyring, log) =>
        createSeals(keyring, (what) => {
          log.error(`${what} was changed outside the orchestrator: it is refused`);
        }),
      [identifiers.keyring, identifiers.log],
    );
  });
}
