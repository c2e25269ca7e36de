import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AgentError, systemCode } from '../agent-error.ts';
import { parseImage, type Image } from './container-image.ts';
import { parseFacts, type EngineFacts } from './engine-facts.ts';

const timeoutMs = 60_000;
const emptyImage = 'localhost/kici/empty:1';
/** An empty tar archive: just its end mark. */
const emptyArchive = Buffer.alloc(1_024);

/** The command line of a Docker-compatible engine, found through `DOCKER_HOST` or the current context. */
export class ContainerEngine {
  readonly program = 'docker';
  /** What it needs from the agent's environment, without the agent's credentials. */
  readonly environment: Readonly<Record<string, string>>;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.environment = Object.fromEntries(
      Object.entries(environment).flatMap(([name, value]) =>
        value === undefined || name.startsWith('KICI_') ? [] : [[name, value]],
      ),
    );
  }

  /**
   * @param runtime that it must have; `undefined`: its own choice
   * @throws AgentError (`sandbox_unavailable`) when there is no engine, or no such runtime
   */
  async about(runtime: string | undefined): Promise<EngineFacts> {
    const facts = parseFacts(await this.#info());
    if (facts === undefined)
      throw new AgentError(
        'sandbox_unavailable',
        "the container engine does not tell about itself as Docker's does",
        'use one that is compatible with Docker, or choose another --sandbox',
      );
    if (runtime === undefined || facts.runtimes.includes(runtime)) return facts;
    throw new AgentError(
      'sandbox_unavailable',
      `the container engine has no runtime ${JSON.stringify(runtime)}; it has ${facts.runtimes.join(', ')}`,
      'install it and name it in the settings of the engine, or choose another --runtime',
    );
  }

  /** Whether it has ended a process of this container for the memory that it took. False: nobody can say. */
  async wasOutOfMemory(name: string): Promise<boolean> {
    const told = await this.#run(['inspect', '--format', '{{.State.OOMKilled}}', name]).catch(() => '');
    return told.trim() === 'true';
  }

  /** @throws AgentError (`sandbox_unavailable`) */
  async #info(): Promise<string> {
    try {
      return await this.#run(['info', '--format', '{{json .}}']);
    } catch (error) {
      const missing = systemCode(error) === 'ENOENT';
      throw new AgentError(
        'sandbox_unavailable',
        missing
          ? 'the sandbox container needs the program docker, which is not installed'
          : `the container engine does not answer: ${reason(error)}`,
        missing
          ? 'install a Docker-compatible engine, or choose another --sandbox'
          : 'start it, set DOCKER_HOST to its address, or choose another --sandbox',
      );
    }
  }

  /** Never pulls: only a person can decide to trust an image. @throws AgentError */
  async image(reference: string): Promise<Image> {
    try {
      return await this.#inspect(reference);
    } catch (error) {
      if (isMissing(error))
        throw new AgentError(
          'sandbox_unavailable',
          `the container engine has no image ${JSON.stringify(reference)}`,
          `run docker pull ${reference}, or name another image`,
        );
      throw new AgentError(
        'sandbox_unavailable',
        `the container engine cannot inspect the image ${JSON.stringify(reference)}: ${reason(error)}`,
        'check that the engine is running, and try again',
      );
    }
  }

  /** An empty image. @throws AgentError */
  async empty(): Promise<Image> {
    try {
      return await this.#inspect(emptyImage);
    } catch (error) {
      if (!isMissing(error)) return this.image(emptyImage);
      await this.#run(['import', '-', emptyImage], emptyArchive).catch((failure: unknown) => {
        throw new AgentError(
          'sandbox_unavailable',
          `the container engine cannot make an image: ${reason(failure)}`,
          'check its log, or choose another --sandbox',
        );
      });
      return this.image(emptyImage);
    }
  }

  /**
   * Resolves when the engine knows no such container and all that ran in it is gone; rejects if that is uncertain.
   * @returns whether the container existed
   */
  async remove(name: string): Promise<boolean> {
    const latest = performance.now() + timeoutMs;
    for (let wasThere = false; ; wasThere = true) {
      try {
        // It prints what it removed; with `--force`, an unknown name is not a failure.
        // oxlint-disable-next-line no-await-in-loop -- one try after another
        return (await this.#run(['rm', '--force', '--volumes', name])).trim() !== '' || wasThere;
      } catch (error) {
        if (isMissing(error)) return wasThere;
        // The engine is removing it already, since it has ended: all that is left is to ask again.
        if (!/already in progress/i.test(reason(error)) || performance.now() > latest) throw error;
      }
    }
  }

  async #inspect(reference: string): Promise<Image> {
    return parseImage(await this.#run(['image', 'inspect', '--format', '{{json .}}', reference]));
  }

  async #run(args: readonly string[], input: Uint8Array = Buffer.alloc(0)): Promise<string> {
    const running = promisify(execFile)(this.program, args, {
      env: this.environment,
      timeout: timeoutMs,
      encoding: 'utf8',
    });
    running.child.stdin?.on('error', () => undefined).end(input);
    return (await running).stdout;
  }
}

function isMissing(error: unknown): boolean {
  return /no such (?:image|container)|(?:image|container) not known/i.test(reason(error));
}

function reason(error: unknown): string {
  const printed =
    error instanceof Error && 'stderr' in error && typeof error.stderr === 'string'
      ? error.stderr.trim().split('\n')[0]
      : undefined;
  return printed === undefined || printed === '' ? 'docker ended unexpectedly' : printed;
}
