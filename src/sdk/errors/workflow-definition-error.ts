import { SdkError } from './sdk-error.ts';

export interface DefinitionProblem {
  /** Where in the definition, such as `jobs[0].steps[2].timeout`. */
  readonly path: string;
  readonly problem: string;
  /** What to do. */
  readonly hint: string;
}

/** A workflow that cannot run as written; lists every problem. */
export class WorkflowDefinitionError extends SdkError {
  override readonly name = 'WorkflowDefinitionError';
  readonly code = 'invalid_workflow';
  readonly problems: readonly DefinitionProblem[];

  constructor(workflow: string, problems: readonly DefinitionProblem[]) {
    super(
      [
        `the workflow ${workflow} cannot run:`,
        ...problems.map(({ path, problem, hint }) => `  ${path}: ${problem}; ${hint}`),
      ].join('\n'),
      'WorkflowDefinitionError',
    );
    this.problems = problems;
  }
}
