import { it } from 'vitest';
import { workBeside } from '../orchestrator/support/beside-earlier.ts';

/** What to run beside the version of now. */
const revision = process.env['EARLIER'] ?? 'HEAD~1';

it(`an orchestrator of ${revision} works beside this version on one schema (EARLIER)`, async () => {
  await workBeside(revision, 20);
}, 180_000);
