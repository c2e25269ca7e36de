import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { ApiError, apiErrors, isApiErrorCode } from '../../src/api/api-error.ts';
import { reportFailure } from '../../src/cli/terminal/report.ts';

function reported(error: ApiError): string {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  reportFailure(error, { stdin, stdout, stderr, environment: {} }, 'kici-admin', false);
  return String(stderr.read());
}

it('what the orchestrator is at fault for comes with the id that its log has', () => {
  const codes = Object.keys(apiErrors).filter(isApiErrorCode);
  const withId = codes.filter((code) =>
    reported(new ApiError(code, 'it failed', undefined, { requestId: 'the-id' })).endsWith('request id the-id\n'),
  );
  expect(withId).toEqual(codes.filter((code) => apiErrors[code].status >= 500));
  expect(withId).toEqual(expect.arrayContaining(['database_unavailable', 'checkpoint_sink_failed']));
});
