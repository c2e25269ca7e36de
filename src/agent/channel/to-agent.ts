import * as z from 'zod';
import { keyName } from '../../api/fields.ts';
import { maxStepMessageBytes } from './frames.ts';

// What a step host may tell the agent. A step can write anything into its end of the channel, so every message is checked here.

const maxSources = 1_000;
/** What the steps of one job may have masked of their own, beside the secrets that they ask for. */
export const maxMaskedValues = 1_000;
export const maxMaskedBytes = 262_144;
/** Of one value, as base64. */
const maxMaskedCharacters = 87_384;
const text = (most: number): z.ZodString => z.string().max(most);
const key = keyName;
const id = z.int().nonnegative();

export const secretRequest = z.discriminatedUnion('kind', [
  z.strictObject({ id, kind: z.literal('get'), key }),
  z.strictObject({
    id,
    kind: z.literal('mount'),
    sources: z.array(key).min(1).max(maxSources),
    divider: text(65_536),
    finalNewline: z.boolean(),
    mode: z.int().min(0).max(0o777),
    name: text(255).optional(),
  }),
  z.strictObject({ id, kind: z.literal('mask'), value: z.base64().max(maxMaskedCharacters) }),
]);

/** Everything that was asked for in one turn of the step's event loop. */
const ask = z.strictObject({ type: z.literal('ask'), requests: z.array(secretRequest).min(1).max(500) });
const addPath = z.strictObject({ type: z.literal('addPath'), folder: text(4_096).min(1) });
const finished = z.discriminatedUnion('status', [
  z.strictObject({ type: z.literal('finished'), status: z.literal('succeeded') }),
  z.strictObject({ type: z.literal('finished'), status: z.literal('failed'), error: text(maxStepMessageBytes) }),
]);

export const stepMessage = z.discriminatedUnion('type', [ask, addPath, finished]);

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
        needs: z.array(name),
        env: z.record(z.string(), z.string()),
        network: z.boolean(),
        container: z.strictObject({ image }).optional(),
        steps: z.array(z.strictObject({ name, timeout: z.int().positive().optional() })).min(1),
      }),
    )
    .min(1),
});

export const loaderMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('stripped'),
    typescript: text(maxStepMessageBytes),
    javascript: text(maxStepMessageBytes),
  }),
  /** From here on code of an author may have a hand in what is sent. */
  z.strictObject({ type: z.literal('importing') }),
  z.strictObject({ type: z.literal('workflow'), file: text(4_096), workflow: workflowData }),
  z.strictObject({ type: z.literal('invalid'), file: text(4_096), problem: text(maxStepMessageBytes) }),
  z.strictObject({ type: z.literal('loaded') }),
]);

export type SecretRequest = z.output<typeof secretRequest>;
export type StepMessage = z.output<typeof stepMessage>;
export type LoaderMessage = z.output<typeof loaderMessage>;
export type WorkflowData = z.output<typeof workflowData>;
export type JobData = WorkflowData['jobs'][number];
