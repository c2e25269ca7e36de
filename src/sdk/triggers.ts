/** Starts a workflow for pushes to branches or tags that match one of the patterns; no pattern: every push. */
export interface PushTrigger {
  readonly event: 'push';
  readonly branches?: readonly string[];
  readonly tags?: readonly string[];
  readonly paths?: readonly string[];
}

/** Starts a workflow for pull requests into branches that match one of the patterns; no pattern: every pull request. */
export interface PullRequestTrigger {
  readonly event: 'pull_request';
  readonly branches?: readonly string[];
  readonly paths?: readonly string[];
}

export type Trigger = PushTrigger | PullRequestTrigger;

/** `push({ branches: ['main'] })` */
export function push(filter: Omit<PushTrigger, 'event'> = {}): PushTrigger {
  return Object.freeze({ ...filter, event: 'push' });
}

/** `pullRequest({ branches: ['main'] })` */
export function pullRequest(filter: Omit<PullRequestTrigger, 'event'> = {}): PullRequestTrigger {
  return Object.freeze({ ...filter, event: 'pull_request' });
}
