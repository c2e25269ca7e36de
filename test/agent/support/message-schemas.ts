import * as z from 'zod';
import { keyName, statedKeys } from '../../../src/api/fields.ts';
import { bounds } from '../../../src/agent/channel/bounds.ts';

// What a step host may tell the agent. A step can write anything into its end of the channel, so every message is
// checked here.

const text = (most: number): z.ZodString => z.string().max(most);
const path = text(bounds.pathCharacters);
const url = text(bounds.urlCharacters);
const maskedCharacters = Math.ceil(bounds.maskedValueBytes / 3) * 4;
const key = keyName;
const id = z.int().nonnegative();

export const secretRequest = z.discriminatedUnion('kind', [
  z.strictObject({ id, kind: z.literal('get'), key }),
  z.strictObject({
    id,
    kind: z.literal('mount'),
    sources: z.array(key).min(1).max(bounds.sources),
    divider: text(bounds.dividerCharacters),
    finalNewline: z.boolean(),
    mode: z.int().min(0).max(0o777),
    name: text(bounds.fileNameBytes).optional(),
  }),
  z.strictObject({ id, kind: z.literal('mask'), value: z.base64().max(maskedCharacters) }),
]);

/** Everything that was asked for in one turn of the step's event loop. */
const ask = z.strictObject({ type: z.literal('ask'), requests: z.array(secretRequest).min(1).max(bounds.requests) });
const addPath = z.strictObject({ type: z.literal('addPath'), folder: path.min(1) });
/** The process has started, and waits for its work. */
const started = z.strictObject({ type: z.literal('ready') });
/** The workflow's file is imported; what comes now is the step's own. */
const imported = z.strictObject({ type: z.literal('imported') });
const finished = z.discriminatedUnion('status', [
  z.strictObject({ type: z.literal('finished'), status: z.literal('succeeded') }),
  z.strictObject({ type: z.literal('finished'), status: z.literal('failed'), error: text(bounds.messageBytes) }),
]);

export const stepMessage = z.discriminatedUnion('type', [started, imported, ask, addPath, finished]);

const name = text(200).min(1);
/** Starts as no option of a command line does. */
const image = text(255).regex(/^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/);
const patterns = z.array(text(1_000)).max(1_000).optional();
const trigger = z.strictObject({
  event: z.enum(['push', 'pull_request']),
  branches: patterns,
  tags: patterns,
  paths: patterns,
});

const amount = z.int().positive().optional();
/** What a timer can hold. */
const maxTimeoutMs = 2_147_483_647;

/** A workflow as data: everything but its functions. */
export const workflowData = z.strictObject({
  name,
  on: z.array(trigger).min(1),
  jobs: z
    .array(
      z.strictObject({
        name,
        runsOn: z.array(name).min(1),
        environment: name.optional(),
        secrets: statedKeys.optional(),
        needs: z.array(name),
        env: z.record(z.string(), z.string()),
        network: z.boolean(),
        container: z.strictObject({ image }).optional(),
        limits: z.strictObject({ processes: amount, memory: amount, tmp: amount, output: amount }).optional(),
        steps: z.array(z.strictObject({ name, timeout: z.int().positive().max(maxTimeoutMs).optional() })).min(1),
      }),
    )
    .min(1)
    .refine(canAllRun),
});

/** Every job has a name of its own and needs none but the others, which do not wait for it. */
function canAllRun(jobs: readonly { readonly name: string; readonly needs: readonly string[] }[]): boolean {
  const ready = new Set<string>();
  let waiting = jobs;
  for (let before = 0; waiting.length !== before;) {
    before = waiting.length;
    for (const job of waiting) if (job.needs.every((need) => ready.has(need))) ready.add(job.name);
    waiting = waiting.filter((job) => !ready.has(job.name));
  }
  return waiting.length === 0 && ready.size === jobs.length;
}

export const loaderMessage = z.discriminatedUnion('type', [
  started,
  z.strictObject({
    type: z.literal('stripped'),
    typescript: text(bounds.messageBytes),
    javascript: text(bounds.messageBytes),
  }),
  z.strictObject({ type: z.literal('linking'), file: path }),
  z.strictObject({
    type: z.literal('modules'),
    files: z.array(
      z.union([
        z.strictObject({ path, code: text(bounds.recordedCharacters) }),
        z.strictObject({ path, sha256: z.string().length(64) }),
      ]),
    ),
    imports: z.array(
      z.strictObject({
        parent: url,
        kind: z.enum(['import', 'require']),
        specifier: url,
        url: url.nullable(),
      }),
    ),
  }),
  /** From the first of these on code of an author may have a hand in what is sent. */
  z.strictObject({ type: z.literal('importing'), file: path }),
  z.strictObject({ type: z.literal('workflow'), file: path, workflow: workflowData }),
  z.strictObject({ type: z.literal('invalid'), file: path, problem: text(bounds.messageBytes) }),
  z.strictObject({ type: z.literal('loaded'), quiet: z.boolean() }),
]);

export type SecretRequest = z.output<typeof secretRequest>;
export type StepMessage = z.output<typeof stepMessage>;
export type LoaderMessage = z.output<typeof loaderMessage>;
export type WorkflowData = z.output<typeof workflowData>;
export type JobData = WorkflowData['jobs'][number];
