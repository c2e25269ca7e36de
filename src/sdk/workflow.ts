import type { StepContext } from './step-context.ts';
import type { Trigger } from './triggers.ts';
import { validateWorkflow } from './validate.ts';

export type StepFunction = (context: StepContext) => unknown;

export interface StepOptions {
  /** Milliseconds after which the step is ended and fails; default: no limit. */
  readonly timeout?: number;
}

export interface Step {
  readonly name: string;
  readonly timeout?: number;
  readonly run: StepFunction;
}

export interface JobContainer {
  /** The engine's name for it, such as `debian:stable`; its programs must use glibc, as Node.js does. */
  readonly image: string;
}

/** `512MiB`, with KiB, MiB or GiB. */
export type ByteSize = `${number}${'KiB' | 'MiB' | 'GiB'}`;

/** What each step may take at most. A limit that the agent cannot keep fails the job before its first step. */
export interface JobLimits {
  /** Processes and threads at one time; Node.js itself has about a dozen. */
  readonly processes?: number;
  readonly memory?: ByteSize;
  /** Of `/tmp`, in sandboxes that have one of their own. */
  readonly tmp?: ByteSize;
  /** Of what the step prints. */
  readonly output?: ByteSize;
}

export interface JobOptions {
  /** A label that the agent must have, or several that it must all have. */
  readonly runsOn: string | readonly string[];
  /** The environment whose secrets and variables the job gets; default: none. */
  readonly environment?: string;
  /**
   * The only keys of the environment that the job may have; `*` stands for any characters: `['DB_PASSWORD',
   * 'AGE_KEY_*']`. A missing one without `*` fails the job before its first step. Default: every key of the
   * environment.
   */
  readonly secrets?: readonly string[];
  /** Names of jobs that must succeed first. */
  readonly needs?: readonly string[];
  /** Plain variables for every step. Locked variables of the environment override them. */
  readonly env?: Readonly<Record<string, string>>;
  /** Allows network access in sandboxes that cut it off. Default: false. */
  readonly network?: boolean;
  /** The container for the steps, if the agent runs steps in containers; other sandboxes ignore it. */
  readonly container?: JobContainer;
  /** What each step may take at most; of these and those of `kici run` the smaller ones hold. Default: no limit. */
  readonly limits?: JobLimits;
  /** Run in this order, each in its own process. */
  readonly steps: readonly Step[];
}

export interface Job extends JobOptions {
  readonly name: string;
}

export interface WorkflowOptions {
  readonly on: Trigger | readonly Trigger[];
  readonly jobs: readonly Job[];
}

export interface Workflow extends WorkflowOptions {
  readonly name: string;
}

const brand = Symbol.for('@kici-dev/sdk/Workflow');

/**
 * A workflow is the default export of a file in `.kici/workflows`.
 * @throws WorkflowDefinitionError that lists every problem with its place
 */
export function workflow(name: string, options: WorkflowOptions): Workflow {
  validateWorkflow(name, options);
  const definition: Workflow = { ...options, name };
  Object.defineProperty(definition, brand, { value: true });
  return Object.freeze(definition);
}

/** Steps that run in order on one agent. Checked when it becomes part of a workflow. */
export function job(name: string, options: JobOptions): Job {
  return Object.freeze({ ...options, name });
}

/** `step('build', async (ctx) => { … })`, or with options before the function. */
export function step(name: string, run: StepFunction): Step;
export function step(name: string, options: StepOptions, run: StepFunction): Step;
export function step(name: string, ...rest: [StepFunction] | [StepOptions, StepFunction]): Step {
  return rest.length === 1 ? Object.freeze({ name, run: rest[0] }) : Object.freeze({ ...rest[0], name, run: rest[1] });
}

/** Also true for a workflow made by another copy of this package. */
export function isWorkflow(value: unknown): value is Workflow {
  return typeof value === 'object' && value !== null && brand in value;
}
