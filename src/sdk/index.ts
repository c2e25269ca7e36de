export { SdkError } from './errors/sdk-error.ts';
export {
  BinarySecretError,
  SecretAccessError,
  SecretNotFoundError,
  SecretNotSetError,
  SecretUnavailableError,
  type SecretProblem,
} from './errors/secret-errors.ts';
export { MaskError, type MaskErrorCode } from './errors/mask-error.ts';
export { ShellError, type ShellErrorCode } from './errors/shell-error.ts';
export {
  EnvironmentNameError,
  SecretFileError,
  SecretPropertyAccessError,
  type EnvironmentNameErrorCode,
  type SecretFileErrorCode,
} from './errors/usage-errors.ts';
export { WorkflowDefinitionError, type DefinitionProblem } from './errors/workflow-definition-error.ts';
export type { SecretFileOptions, SecretMeta, StepSecrets } from './secrets.ts';
export type { Shell, ShellArgument, ShellOptions, ShellOutput, ShellPromise } from './shell.ts';
export type { StepContext, StepLog } from './step-context.ts';
export { pullRequest, push, type PullRequestTrigger, type PushTrigger, type Trigger } from './triggers.ts';
export { maxVariableBytes, variableBytes } from './variable-size.ts';
export {
  isWorkflow,
  job,
  step,
  workflow,
  type Job,
  type ByteSize,
  type JobContainer,
  type JobLimits,
  type JobOptions,
  type Step,
  type StepFunction,
  type StepOptions,
  type Workflow,
  type WorkflowOptions,
} from './workflow.ts';
