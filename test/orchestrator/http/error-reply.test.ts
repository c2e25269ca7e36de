import { expect, it } from 'vitest';
import { toApiError } from '../../../src/orchestrator/http/error-reply.ts';

it.each([{ code: '40001' }, { code: '40P01' }, { code: 'ERR_SQLITE_ERROR', errcode: 5 }])(
  'work that others have interrupted for too long (%j) may be tried again, by name',
  (met) => {
    const answer = toApiError(Object.assign(new Error('canary'), met));
    expect(answer).toMatchObject({ code: 'database_unavailable', message: expect.stringContaining('was not done') });
    expect(answer?.message).not.toContain('canary');
  },
);
