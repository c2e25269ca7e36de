import { Container } from 'inversify';
import { accessModule } from './modules/access.ts';
import { auditModule } from './modules/audit.ts';
import { backendsModule, internalBackendModule, packageModule } from './modules/backends.ts';
import { environmentsModule } from './modules/environments.ts';
import { httpModule } from './modules/http.ts';
import { infrastructureModule, type OpenResources } from './modules/infrastructure.ts';
import { jobsModule } from './modules/jobs.ts';
import { policyModule } from './modules/policy.ts';
import { secretsModule } from './modules/secrets.ts';

/** Wires what was opened. Resolving does no I/O: opening, starting and stopping is up to the application. */
export function createContainer(opened: OpenResources): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  container.load(
    infrastructureModule(opened),
    accessModule,
    environmentsModule,
    secretsModule,
    policyModule,
    internalBackendModule,
    backendsModule,
    ...opened.settings.backendPackages.map(packageModule),
    jobsModule,
    auditModule,
    httpModule,
  );
  return container;
}
