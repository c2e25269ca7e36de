export { AnswerGauge, answerLimits, type AnswerKind } from './answer-gauge.ts';
export type { CallContext, ScopeStore, SecretBackend } from './backend.ts';
export { defineCapabilities, type BackendCapabilities } from './capabilities.ts';
export type {
  AmbientAccess,
  BackendDefinition,
  BackendHost,
  OpenedFile,
  ResolvedAddress,
  SettingField,
  Settings,
  SettingsProblem,
  SettingsSchema,
} from './definition.ts';
export { asksForTls, connectionReason } from './connection-reason.ts';
export { errorTrail } from './error-trail.ts';
export { BackendError, wrongSetting, type BackendErrorDetails } from './backend-error.ts';
export { failureCodes, isFailureCode, isTransient, type FailureCode } from './failure-codes.ts';
export {
  describeFailure,
  failureReasons,
  hintOf,
  isFailureReason,
  isReasonOf,
  meaningOf,
  subjectOf,
  whyOf,
  type Failure,
  type FailureReason,
  type Why,
} from './failure-reasons.ts';
export type {
  DeleteReceipt,
  HealthReport,
  ListPage,
  ListQuery,
  ScopePath,
  SecretDescriptor,
  SecretRef,
  SecretWrite,
  UnlistedScope,
  UnnameableSecret,
  VersionInfo,
  WriteReceipt,
} from './messages.ts';
export { recentMs, type RecentWrite, type RecentWrites } from './recent-writes.ts';
export { RecentWritesHere } from './recent-writes-here.ts';
export {
  formatScopeId,
  internalBackendName,
  isReservedScope,
  maxScopePathLength,
  parseBackendName,
  parseKey,
  parseScopeId,
  parseScopePath,
  quote,
  type Parsed,
  type ScopeId,
} from './names.ts';
export { nearMatches } from './near-matches.ts';
export {
  absent,
  found,
  unknown,
  type AbsentOutcome,
  type FoundOutcome,
  type Lease,
  type ReadOutcome,
  type UnknownOutcome,
} from './outcome.ts';
export { SecretValue } from './secret-value.ts';
export { contractMismatch, contractVersion } from './version.ts';
