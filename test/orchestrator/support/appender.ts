/** A process that appends rows to an audit log, as an orchestrator of another machine does: with its own anchor. */
import { createHash } from 'node:crypto';
import type { AllTables } from '../../../src/composition/all-tables.ts';
import { commitsOf, openDatabase } from '../../../src/database/open.ts';
import { openPostgres } from '../../../src/database/postgres/open.ts';
import { createFileAnchor } from '../../../src/orchestrator/audit/anchor.ts';
import { createAuditLog } from '../../../src/orchestrator/audit/audit-log.ts';

const [target = '', anchor = '', rows = '', organizations = 'default'] = process.argv.slice(2);
const database = target.startsWith('postgres:')
  ? await openPostgres<AllTables>({ url: target })
  : openDatabase<AllTables>(target);
const breaks = new Array<string>();
const log = createAuditLog({
  database,
  signer: async () => (bytes) => createHash('sha256').update(bytes).digest('hex'),
  anchor: createFileAnchor(anchor),
  isShared: true,
  durable: () => commitsOf(database).durable(),
  now: Date.now,
  listener: {
    failed: (error) => {
      throw error;
    },
    leftOut: (organization) => {
      throw new Error(`the log of ${organization} is held`);
    },
    broken: (_, sequence, { kind }) => breaks.push(`${kind} at ${sequence}`),
  },
});
await log.examine();
const names = organizations.split(',');
const append = async (index: number): Promise<number> =>
  log.append({
    organization: names[index % names.length] ?? 'default',
    phase: 'read',
    operation: 'jobs.read',
    actor: `job:${process.pid}`,
    subject: { index },
  });
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
const sequences = new Array<number>();
// Some together, as requests come, and the next ones after them.
for (let index = 0; index < Number(rows); index += 5)
  sequences.push(...(await Promise.all([0, 1, 2, 3, 4].map((offset) => append(index + offset)))));
await log.settle();
await database.destroy();
process.stdout.write(`${JSON.stringify({ sequences, breaks })}\n`);
process.stdin.destroy();
