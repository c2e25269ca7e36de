export type StepStatus = 'succeeded' | 'failed' | 'timed_out' | 'cancelled';
/** Why a step did not succeed. */
export type StepErrorCode =
  | 'step_failed'
  | 'limit_exceeded'
  | 'step_timed_out'
  | 'step_ended'
  | 'step_refused'
  | 'invalid_env_file'
  | 'variable_too_large';
export type JobStatus = 'succeeded' | 'failed' | 'skipped' | 'cancelled';
export type RunStatus = 'succeeded' | 'failed' | 'cancelled';

export interface ChosenSteps {
  readonly name: string;
  readonly steps: readonly string[];
}

/** A place in the project's code. */
export interface SourcePlace {
  /** Relative to the project's folder. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The events of a run, of all its jobs, as they happen. Everything that came out of a step is masked. */
export type RunEvent =
  | {
      readonly type: 'workflow_started';
      readonly workflow: string;
      /** The jobs to run, with the steps of each. */
      readonly jobs: readonly ChosenSteps[];
      /** Steps that the choice of steps leaves out; absent if no steps were chosen. */
      readonly leftOut?: readonly ChosenSteps[];
    }
  | { readonly type: 'job_started'; readonly job: string; readonly environment?: string }
  | { readonly type: 'step_started'; readonly job: string; readonly step: string }
  | {
      readonly type: 'output';
      readonly job: string;
      readonly step: string;
      readonly stream: 'stdout' | 'stderr';
      readonly bytes: Uint8Array;
    }
  /** A line from the agent itself. */
  | { readonly type: 'notice'; readonly job: string; readonly step?: string; readonly message: string }
  | {
      readonly type: 'step_finished';
      readonly job: string;
      readonly step: string;
      readonly status: StepStatus;
      readonly durationMs: number;
      /** A stable code; set whenever there is an error. */
      readonly code?: StepErrorCode;
      readonly error?: string;
      /** Where the error came from, if known. */
      readonly at?: SourcePlace;
    }
  | {
      readonly type: 'job_finished';
      readonly job: string;
      readonly status: JobStatus;
      /** A stable code; set whenever there is an error. */
      readonly code?: string;
      readonly error?: string;
      readonly hint?: string;
      /** The request's id in the orchestrator's log. */
      readonly requestId?: string;
      /** For a skipped job: the jobs it needs that did not succeed. */
      readonly because?: readonly string[];
    }
  | { readonly type: 'workflow_finished'; readonly workflow: string; readonly status: RunStatus };

/** What the reader of output tells whoever brings it. */
export interface Pace {
  /** Is called when the reader is slow, with a promise that resolves when there is room for more. */
  readonly behind: (room: Promise<void>) => void;
  /** Is called, if at all, when nobody will look at the bytes again: their memory is given back. */
  readonly taken: () => void;
}

/** @param pace of output */
export type Emit = (event: RunEvent, pace?: Pace) => void;
