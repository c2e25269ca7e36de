import { Container } from 'inversify';
import { auditModule } from './modules/audit.ts';
import { backendsModule, internalBackendModule, packageModule } from './modules/backends.ts';
import { httpModule } from './modules/http.ts';
import { infrastructureModule, type Opened } from './modules/infrastructure.ts';
import { metadataModule } from './modules/metadata.ts';
import { sessionsModule } from './modules/sessions.ts';

/** Wires what was opened. Resolving does no I/O: whatever must be opened, started or stopped is the application's. */
export function createContainer(opened: Opened): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  container.load(
    infrastructureModule(opened),
    metadataModule,
    internalBackendModule,
    backendsModule,
    ...opened.settings.backendPackages.map(packageModule),
    sessionsModule,
    auditModule,
    httpModule,
  );
  return container;
}
