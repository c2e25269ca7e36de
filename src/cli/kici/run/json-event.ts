import * as z from 'zod';

// Schema of what `kici run --json` prints, one event per line. Only documentation and tests load it; the compiler
// checks the printed events against it.

const job = z.string().describe('the name of the job');
const step = z.string().describe('the name of the step');
const code = z.string().describe('a stable code, wherever there is an error; see docs/errors.md');

const events = {
  workflow_started: z.strictObject({
    type: z.literal('workflow_started'),
    workflow: z.string(),
    jobs: z
      .array(z.strictObject({ name: z.string(), steps: z.array(z.string()).readonly() }))
      .readonly()
      .describe('the jobs that are to run, with the steps of each, in the order of the workflow'),
    leftOut: z
      .array(z.strictObject({ name: z.string(), steps: z.array(z.string()).readonly() }))
      .readonly()
      .optional()
      .describe('with --step: the steps that it leaves out, by job'),
  }),
  job_started: z.strictObject({
    type: z.literal('job_started'),
    job,
    environment: z.string().optional().describe('left out where the job binds none'),
  }),
  step_started: z.strictObject({ type: z.literal('step_started'), job, step }),
  output: z.strictObject({
    type: z.literal('output'),
    job,
    step,
    stream: z.enum(['stdout', 'stderr']),
    text: z
      .string()
      .describe('what the step printed, masked, as it came: whole characters, and not always whole lines'),
  }),
  notice: z.strictObject({
    type: z.literal('notice'),
    job,
    step: step.optional().describe('left out where it concerns the job'),
    message: z.string().describe("a line of the agent's own"),
  }),
  step_finished: z.strictObject({
    type: z.literal('step_finished'),
    job,
    step,
    status: z.enum(['succeeded', 'failed', 'timed_out', 'cancelled']),
    durationMs: z.number().nonnegative(),
    code: code.optional(),
    error: z.string().optional().describe('with its stack, masked'),
    at: z
      .strictObject({
        file: z.string().describe("below the project's folder"),
        line: z.int().positive(),
        column: z.int().positive(),
      })
      .optional()
      .describe("where the error came from: the first line of its stack in the project, else the step's definition"),
  }),
  job_finished: z.strictObject({
    type: z.literal('job_finished'),
    job,
    status: z.enum(['succeeded', 'failed', 'skipped', 'cancelled']),
    code: code.optional(),
    error: z.string().optional().describe('why it did not start, or did not go on'),
    hint: z.string().optional().describe('what to do next'),
    requestId: z.string().optional().describe('under which the log of the orchestrator tells of the error'),
    because: z
      .array(z.string())
      .readonly()
      .optional()
      .describe('of a job that was skipped: those that it needs and that did not succeed'),
  }),
  workflow_finished: z.strictObject({
    type: z.literal('workflow_finished'),
    workflow: z.string(),
    status: z.enum(['succeeded', 'failed', 'cancelled']),
  }),
};

/** A line of `kici run --json`; `docs/run-events.schema.json` is made from it. */
export const jsonEvent = z.discriminatedUnion('type', [
  events.workflow_started,
  events.job_started,
  events.step_started,
  events.output,
  events.notice,
  events.step_finished,
  events.job_finished,
  events.workflow_finished,
]);

export type JsonEvent = z.output<typeof jsonEvent>;
