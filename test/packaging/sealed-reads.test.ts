import { describe, expect, it } from 'vitest';
import { sealedTables } from '../../src/orchestrator/seals/tables.ts';
import { readSource, sourceFiles } from './imports.ts';

const sealed = [...Object.keys(sealedTables), 'internal_secrets'];
const reads = new RegExp(`\\b(?:selectFrom|innerJoin|leftJoin)\\(\\s*'(?:${sealed.join('|')})\\b`);
const looksAtSeals = /\b(?:readWhole|isSealed|seals\.require|isOwn|requireOwn)\(/;

/** What these read from such a table decides nothing. */
const without: Readonly<Record<string, string>> = {
  'src/composition/modules/http.ts': 'readiness: whether there is an answer',
  'src/composition/seal-rows.ts': 'names of organizations, each of whose rows it looks at',
  'src/orchestrator/audit/commit.ts': 'names of organizations, whose logs it looks at',
  'src/orchestrator/events/feed.ts': 'that something has changed, which whoever hears of it reads again',
  'src/orchestrator/jobs/count-open.ts': 'how many there are, for those who watch',
  'src/orchestrator/jobs/job-store.ts': 'what a session may read, which its sealed key is bound to',
  'src/orchestrator/jobs/list-jobs.ts': 'the name of the token beside each job, for people',
  'src/orchestrator/organizations/generation.ts': 'a number that grows with each change, compared with itself',
  'src/orchestrator/organizations/organizations.ts': 'names, each of which is then read as a whole',
};

describe('a file that reads a table whose rows are sealed', () => {
  const readers = [...sourceFiles('src'), ...sourceFiles('backends')].filter((path) => reads.test(readSource(path)));

  it('looks at the seals, or says why it need not', () => {
    expect(readers.length).toBeGreaterThan(5);
    expect(
      readers.filter((path) => !looksAtSeals.test(readSource(path)) && without[path] === undefined),
      'verify the rows with their seal where they are read, see src/orchestrator/seals',
    ).toEqual([]);
  });

  it('is not excused for longer than it needs to be', () => {
    expect(
      Object.keys(without).filter((path) => !readers.includes(path) || looksAtSeals.test(readSource(path))),
    ).toEqual([]);
  });
});
