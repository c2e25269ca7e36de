import { release } from 'node:os';
import { AgentError, systemCode } from '../agent-error.ts';
import type { Journal } from '../mounts/journal.ts';
import { findProgram } from '../sandbox/program-path.ts';
import type { SandboxName, SandboxProfile } from '../sandbox/profile.ts';
import { findControlGroups, type ControlGroups } from './control-groups.ts';
import { limitNames, smallerOf, smallest, written, type LimitName, type Limits } from './limits.ts';
import { StepGroup } from './step-group.ts';

/** How the limits of one step's process are kept, where its sandbox does not keep them by itself. */
export interface Keeping {
  /** What starts the command of the sandbox. */
  readonly outside: readonly string[];
  /** What starts Node.js in it. */
  readonly inside: readonly string[];
  readonly group: StepGroup | undefined;
}

/** What is limited: steps in their sandbox, or a program without one. */
type Limited = Pick<SandboxProfile, 'ownsTemporaryFiles' | 'limits'> & { readonly name: SandboxName | 'exec' };

/** Whose processes are counted with all others of the user. */
export const limitedProgram: Limited = { name: 'exec', ownsTemporaryFiles: false, limits: { ownUsers: false } };

/** Of address space that can be written to, Node.js reserves more than half of this for its code. */
const smallestOfProcess = 1_073_741_824;
const nothing: Keeping = Object.freeze({ outside: [], inside: [], group: undefined });
/** Joins groups, whose entrances come first, and becomes the command that follows `--`. */
const join = 'while [ "$1" != -- ]; do echo 0 > "$1" || exit 125; shift; done; shift; exec "$@"';

/** Unlike other shells it keeps variables whose names no shell can hold. It reads no file, and imports no function. */
const bash = ['--norc', '-p'];

/** Whether this machine can keep limits, and how. */
export class Limiter {
  readonly #limited: Limited;
  readonly #run: Limits;
  readonly #searchPath: string;
  readonly #journal: Journal;
  readonly #find: () => ControlGroups | undefined;
  #groups: ControlGroups | 'none' | undefined;

  /** @param run limits of the program, or of every step, whatever its job says */
  constructor(
    limited: Limited,
    run: Limits,
    searchPath: string,
    journal: Journal,
    find: () => ControlGroups | undefined = findControlGroups,
  ) {
    this.#limited = limited;
    this.#run = run;
    this.#searchPath = searchPath;
    this.#journal = journal;
    this.#find = find;
  }

  /** Limits of the program, or of every step. */
  get ofRun(): Limits {
    return this.#run;
  }

  /** The smaller ones of the job's and the run's. @throws AgentError (`limit_unavailable`) when one cannot be kept */
  async require(job: Limits = {}): Promise<Limits> {
    const limits = smallerOf(job, this.#run);
    for (const name of limitNames) {
      const amount = limits[name];
      if (amount === undefined) continue;
      if (this.#isStep && amount < smallest[name])
        throw unavailable(
          `a step cannot have the limit ${name}=${written(name, amount)}, since its own Node.js needs more`,
          `make it ${written(name, smallest[name])} or more`,
        );
      // oxlint-disable-next-line no-await-in-loop -- the first that cannot be kept is told
      const problem = await this.#problemOf(name, amount);
      if (problem !== undefined) throw unavailable(`the limit ${name} cannot be kept: ${problem.why}`, problem.hint);
    }
    return limits;
  }

  /** What a person should know of how they are kept. */
  noticeOf({ memory }: Limits): string | undefined {
    if (memory === undefined || this.#limited.limits.byEngine !== undefined || this.#found() !== undefined)
      return undefined;
    return `the limit memory=${written('memory', memory)} holds for each process of a ${this.#isStep ? 'step' : 'program'} by itself, since this user can make no control group`;
  }

  /** @throws AgentError (`limit_unavailable`) */
  async begin(limits: Limits): Promise<Keeping> {
    const { memory, processes } = limits;
    if ((memory === undefined && processes === undefined) || this.#limited.limits.byEngine !== undefined)
      return nothing;
    const groups = this.#found();
    if (groups === undefined) {
      const prlimit = await findProgram('prlimit', this.#searchPath);
      const options = [
        ...(processes === undefined ? [] : [`--nproc=${processes}:${processes}`]),
        ...(memory === undefined ? [] : [`--data=${memory}:${memory}`]),
      ];
      return { outside: [], inside: [prlimit ?? 'prlimit', ...options, '--'], group: undefined };
    }
    try {
      const shell = (await this.#shell()) ?? ['bash', ...bash];
      const group = await StepGroup.make(groups, limits, this.#journal);
      return { outside: [...shell, '-c', join, 'sh', ...group.entrances, '--'], inside: [], group };
    } catch (error) {
      throw unavailable(
        `a control group cannot be made in ${groups.processes} (${systemCode(error) ?? 'unknown'})`,
        'leave the limit out, or run where that folder is yours to write',
      );
    }
  }

  async #problemOf(
    name: LimitName,
    amount: number,
  ): Promise<{ readonly why: string; readonly hint: string } | undefined> {
    const { byEngine, ownUsers } = this.#limited.limits;
    if (name === 'output') return undefined;
    if (name === 'tmp') return this.#problemOfTmp();
    if (byEngine !== undefined)
      return byEngine[name]
        ? undefined
        : { why: 'the container engine keeps none', hint: 'give the engine control groups, or leave the limit out' };
    const elsewhere = this.#isStep ? 'choose --sandbox container' : 'leave the limit out';
    if (this.#found() !== undefined)
      return (await this.#shell()) === undefined ? { why: 'there is no program bash', hint: elsewhere } : undefined;
    const hint = `run \`kici\` where it can make control groups, such as under systemd-run --user --scope -p Delegate=yes, or ${elsewhere}`;
    if ((await findProgram('prlimit', this.#searchPath)) === undefined)
      return { why: 'this user can make no control group, and there is no program prlimit', hint };
    if (this.#isStep && name === 'memory' && amount < smallestOfProcess)
      return {
        why: `this user can make no control group, and what is counted otherwise includes ${written('memory', smallestOfProcess)} that Node.js only reserves`,
        hint,
      };
    if (name === 'processes' && !(ownUsers && process.getuid?.() !== 0 && countsPerNamespace()))
      return { why: 'this user can make no control group, and no other count is of one step alone', hint };
    return undefined;
  }

  #problemOfTmp(): { readonly why: string; readonly hint: string } | undefined {
    const { name, ownsTemporaryFiles } = this.#limited;
    if (ownsTemporaryFiles) return undefined;
    return this.#isStep
      ? { why: `the sandbox ${name} has no /tmp of its own`, hint: 'choose --sandbox bwrap or container' }
      : {
          why: 'a program outside a sandbox has no /tmp of its own',
          hint: 'leave the limit out, or run the program in a step of `kici run --sandbox bwrap`',
        };
  }

  get #isStep(): boolean {
    return this.#limited.name !== 'exec';
  }

  /** What joins a group, and then becomes what it is given. Undefined: it is not there. */
  async #shell(): Promise<readonly string[] | undefined> {
    if (this.#isStep) return ['/bin/sh'];
    const found = await findProgram('bash', this.#searchPath);
    return found === undefined ? undefined : [found, ...bash];
  }

  #found(): ControlGroups | undefined {
    this.#groups ??= this.#find() ?? 'none';
    return this.#groups === 'none' ? undefined : this.#groups;
  }
}

/** Since Linux 5.14 a limit of processes counts those of the namespace; before, all that the user has anywhere. */
function countsPerNamespace(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return major > 5 || (major === 5 && minor >= 14);
}

function unavailable(message: string, hint: string): AgentError {
  return new AgentError('limit_unavailable', message, hint);
}
