import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { textEvents } from '../../src/cli/kici/run/text-events.ts';

it('of jobs side by side, a line that has not ended when its job fails without an end of its step is shown', () => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const emit = textEvents({ stdin: new PassThrough(), stdout, stderr, environment: {} }, 2);
  const step = { job: 'a', step: 's' };
  emit({ type: 'workflow_started', workflow: 'main', jobs: ['a', 'b'].map((name) => ({ name, steps: ['s'] })) });
  emit({ type: 'step_started', ...step });
  emit({ type: 'output', ...step, stream: 'stdout', bytes: Buffer.from('the last word') });
  emit({ type: 'job_finished', job: 'a', status: 'failed', error: 'why', hint: 'what next' });
  expect(String(stdout.read())).toBe('workflow main\na | --- a › s\na | the last word\na | job a: failed\n');
  expect(String(stderr.read())).toContain('a | kici: run_failed: why\n');
});
