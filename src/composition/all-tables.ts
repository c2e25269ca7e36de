import { internalMigrations, type InternalTables } from '@kici-dev/secret-backend-internal';
import { leaseMigrations, type LeaseTables } from '../database/chore-lease.ts';
import type { MigrationSet } from '../database/migrate.ts';
import { keyringMigrations, type KeyringTables } from '../keyring/tables.ts';
import { healthMigrations, type HealthTables } from '../orchestrator/health/tables.ts';
import { orchestratorMigrations } from '../orchestrator/migrations.ts';
import { moveMigrations, type MoveTables } from './move/tables.ts';
import type { OrchestratorTables } from '../orchestrator/tables.ts';

/** The tables of every owner in one database. */
export type AllTables = OrchestratorTables & HealthTables & KeyringTables & LeaseTables & InternalTables & MoveTables;

export const allMigrations: readonly MigrationSet[] = [
  keyringMigrations,
  orchestratorMigrations,
  healthMigrations,
  internalMigrations,
  moveMigrations,
  leaseMigrations,
];
