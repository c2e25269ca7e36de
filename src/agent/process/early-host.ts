import { once } from 'node:events';
import { join } from 'node:path';
import { stepBaseEnvironment } from '../environment/allow-list.ts';
import { envFile, temporaryName, temporaryPlace } from '../mounts/temporary-name.ts';
import { installedNamespaces, tryMs, type Namespaces } from '../sandbox/namespaces.ts';
import { noSandbox } from '../sandbox/none.ts';
import { findProject } from '../workflow/project.ts';
import { Child } from './child.ts';
import { endMarked } from './marked.ts';
import { stepHostFile } from './step-host-file.ts';

/**
 * A step host without a sandbox, started before the agent has loaded its own code. It has no work and no file, so that
 * nothing has to be cleaned up after it: without its agent it ends.
 */
export class EarlyHost {
  readonly child: Child;
  /** The folder that it will share with the agent, which is not there yet. */
  readonly exchange: string;
  readonly #root: string;
  readonly #temporary: string;
  readonly #namespaces: Namespaces | undefined;
  #isTaken = false;

  private constructor(root: string, temporary: string, environment: Readonly<Record<string, string | undefined>>) {
    this.#root = root;
    this.#temporary = temporary;
    this.exchange = join(temporary, temporaryName('exchange'));
    // Where these turn out not to work here, it has ended by itself, and is not taken.
    this.#namespaces = installedNamespaces();
    const sandbox = noSandbox(this.#namespaces);
    const place = sandbox.forLoader({ ...stepBaseEnvironment(environment), KICI_ENV: envFile(this.exchange) });
    const request = {
      entry: stepHostFile,
      starter: [],
      project: root,
      source: root,
      mounts: [],
      hidden: [],
      exchange: this.exchange,
      surroundings: { ...place, limits: {}, copy: undefined },
    };
    this.child = new Child(sandbox.command(request), root, async () => {
      if (this.child.wasKilledByOthers) await endMarked(new Set([envFile(this.exchange)]));
    });
  }

  /** `undefined` where there is no project, of which the run itself will tell. */
  static launch(folder: string, environment: Readonly<Record<string, string | undefined>>): EarlyHost | undefined {
    try {
      return new EarlyHost(findProject(folder).root, temporaryPlace(environment['TMPDIR']), environment);
    } catch {
      return undefined;
    }
  }

  /**
   * What it has shown to work here by its first word; `undefined`: it has ended, is in none, or says nothing.
   * @param cancelled ends the wait for it
   */
  async provenNamespaces(cancelled: AbortSignal): Promise<Namespaces | undefined> {
    const { pipe, ended } = this.child;
    if (this.#namespaces === undefined || pipe === undefined) return undefined;
    const signal = AbortSignal.any([cancelled, AbortSignal.timeout(tryMs)]);
    await Promise.race([once(pipe, 'readable', { signal }).catch(() => undefined), ended]);
    return this.#hasSpoken ? this.#namespaces : undefined;
  }

  /** Whether it is what a run of that project needs, which takes it then. One in namespaces must have spoken. */
  take(root: string, temporary: string, hasNamespaces: boolean): boolean {
    const isAlike = root === this.#root && temporary === this.#temporary;
    this.#isTaken = isAlike && (this.#namespaces === undefined ? !hasNamespaces : hasNamespaces && this.#hasSpoken);
    return this.#isTaken;
  }

  /** Its pipe is also readable at its end. */
  get #hasSpoken(): boolean {
    return (this.child.pipe?.readableLength ?? 0) > 0;
  }

  /** Ends it unless somebody has taken it. */
  discard(): void {
    if (this.#isTaken) return;
    this.child.kill();
    for (const stream of [this.child.stdout, this.child.stderr, this.child.pipe]) stream?.destroy();
  }
}
