import { createHash } from 'node:crypto';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { allMigrations, type AllTables } from '../../src/composition/all-tables.ts';
import { migrate } from '../../src/database/migrate.ts';
import { createFileAnchor } from '../../src/orchestrator/audit/anchor.ts';
import { createAuditLog } from '../../src/orchestrator/audit/audit-log.ts';
import { databaseFor } from '../support/engine.ts';
import { temporaryFolder } from './support/server.ts';

const row = { organization: 'default', phase: 'read', operation: 'jobs.read', actor: 'job:1', subject: {} } as const;

it('a cut of rows that the anchor has yet to get shows, though somebody has touched the anchor', async () => {
  const folder = await temporaryFolder();
  const database = await (await databaseFor(folder)).open<AllTables>();
  onTestFinished(() => database.destroy());
  await migrate(database, allMigrations);
  const file = join(folder, 'anchor.json');
  const breaks: string[] = [];
  const log = createAuditLog({
    database,
    signer: async () => (bytes) => createHash('sha256').update(bytes).digest('hex'),
    anchor: createFileAnchor(file),
    isShared: false,
    durable: async () => undefined,
    now: () => 1,
    listener: {
      failed: () => undefined,
      leftOut: () => undefined,
      broken: (_, sequence, { kind }) => breaks.push(`${kind} at ${sequence}`),
    },
  });
  await log.examine();
  await log.append(row);
  await log.append(row);
  await log.settle();
  await log.append(row);
  await log.append(row);
  await database.deleteFrom('audit_rows').where('sequence', '>', 2).execute();
  utimesSync(file, 1, 1);
  expect(await log.append(row)).toBe(6);
  await log.settle();
  expect(breaks).toEqual(['cut_off at 5']);
});
