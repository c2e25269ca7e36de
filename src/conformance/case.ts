import type { BackendCapabilities } from '@kici-dev/secret-backend';
import type { Fault, Verb } from './harness.ts';
import type { World } from './world.ts';

/** One law of the contract, as data. */
export interface ConformanceCase {
  /** Never changes once published: lists of unproven cases name it. */
  readonly id: string;
  readonly title: string;
  /** The manifests that the law applies to; default: every one. */
  readonly when?: (capabilities: BackendCapabilities) => boolean;
  /** Set for promises of the host, which only a hosted backend can keep. */
  readonly behindHost?: true;
  /** The harness needs these verbs, or the case is not proven. */
  readonly verbs?: readonly Verb[];
  /** The fault that `fault` must be able to cause. */
  readonly fault?: Fault;
  run(world: World): Promise<void>;
}
