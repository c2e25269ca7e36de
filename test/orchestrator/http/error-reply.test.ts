import { expect, it } from 'vitest';
import { InterruptedError } from '../../../src/database/in-transaction.ts';
import { toApiError } from '../../../src/orchestrator/http/error-reply.ts';

const ofDatabase = (met: object): Error => Object.assign(new Error('canary'), met);

it.each([{ code: '40001' }, { code: '40P01' }, { code: 'ERR_SQLITE_ERROR', errcode: 5 }])(
  'a transaction that others have interrupted for too long (%j) says nothing of the rest of what was asked',
  (met) => {
    const answer = toApiError(new InterruptedError(ofDatabase(met)));
    expect(answer).toMatchObject({ code: 'database_unavailable', message: expect.stringContaining('in part') });
    expect(answer?.message).not.toContain('canary');
    expect(toApiError(ofDatabase(met)), 'a statement outside such a transaction').toBeUndefined();
  },
);
