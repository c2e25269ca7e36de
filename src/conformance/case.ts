import type { BackendCapabilities } from '@kici-dev/secret-backend';
import type { Fault, Verb } from './harness.ts';
import type { World } from './world.ts';

/** One law of the contract, as data. */
export interface ConformanceCase {
  /** Never changes once published: lists of what is not proven name it. */
  readonly id: string;
  /** The law, as a sentence. */
  readonly title: string;
  /** Which manifests the law speaks of; default: every one. */
  readonly when?: (capabilities: BackendCapabilities) => boolean;
  /** What the host promises, so that only a backend behind it can be asked. */
  readonly behindHost?: true;
  /** Without these the case is not proven. */
  readonly verbs?: readonly Verb[];
  /** A fault that `fault` must be able to cause. */
  readonly fault?: Fault;
  run(world: World): Promise<void>;
}
