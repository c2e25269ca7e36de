import { inTransaction } from '../../../src/database/in-transaction.ts';
import { takeLease, type LeaseTables } from '../../../src/database/chore-lease.ts';
import { openPostgres } from '../../../src/database/postgres/open.ts';

interface Tables extends LeaseTables {
  readonly work: { holder: string };
}

const [url = '', lastsMs = ''] = process.argv.slice(2);

// Stops itself in the middle of a write, with the lease locked, and goes on writing when it wakes up.
const database = await openPostgres<Tables>({ url });
const terms = { name: 'chore', holder: 'stalled', lastsMs: Number(lastsMs), now: Date.now };
const lease = await takeLease(database, terms);
const write = (during: () => void): Promise<string> =>
  inTransaction(database, async (transaction) => {
    await lease?.hold(transaction);
    during();
    await transaction.insertInto('work').values({ holder: 'stalled' }).execute();
    return 'written';
  }).catch((error: unknown) => (error instanceof Error ? error.name : 'unknown'));
const first = await write(() => process.kill(process.pid, 'SIGSTOP'));
const second = await write(() => undefined);
console.log(JSON.stringify([lease === undefined ? 'refused' : 'taken', first, second]));
await database.destroy();
