import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Journal } from '../mounts/journal.ts';
import { temporaryName } from '../mounts/temporary-name.ts';
import type { ControlGroups } from './control-groups.ts';
import type { LimitName, Limits } from './limits.ts';
import { removeGroup } from './remove-group.ts';

/** A control group of one step's processes. */
export class StepGroup {
  /** A process that writes 0 to each of them is in the group, with all that it starts. */
  readonly entrances: readonly string[];
  readonly #memory: string;
  readonly #processes: string;
  readonly #version: ControlGroups['version'];
  readonly #journal: Journal;

  private constructor(groups: ControlGroups, name: string, journal: Journal) {
    this.#memory = join(groups.memory, name);
    this.#processes = join(groups.processes, name);
    this.#version = groups.version;
    this.#journal = journal;
    this.entrances = this.#folders().map((folder) => join(folder, 'cgroup.procs'));
  }

  /** @throws what the system says */
  static async make(groups: ControlGroups, limits: Limits, journal: Journal): Promise<StepGroup> {
    const group = new StepGroup(groups, temporaryName('group'), journal);
    try {
      for (const folder of group.#folders()) {
        await journal.record(folder);
        await mkdir(folder);
      }
      await group.#set(limits);
      return group;
    } catch (error) {
      await group.remove().catch(() => undefined);
      throw error;
    }
  }

  /** Which limit any of its processes has come up against. */
  async exceeded(): Promise<LimitName | undefined> {
    const isSecond = this.#version === 2;
    const kills = await count(join(this.#memory, isSecond ? 'memory.events' : 'memory.oom_control'), 'oom_kill');
    if (kills > 0) return 'memory';
    return (await count(join(this.#processes, 'pids.events'), 'max')) > 0 ? 'processes' : undefined;
  }

  /** With what is still in it. What cannot be removed now stays in the journal. */
  async remove(): Promise<void> {
    for (const folder of this.#folders()) {
      await removeGroup(folder);
      this.#journal.forget(folder);
    }
  }

  #folders(): readonly string[] {
    return [...new Set([this.#memory, this.#processes])];
  }

  async #set({ memory, processes }: Limits): Promise<void> {
    if (processes !== undefined) await writeFile(join(this.#processes, 'pids.max'), `${processes}`);
    if (memory === undefined) return;
    if (this.#version === 1) {
      await writeFile(join(this.#memory, 'memory.limit_in_bytes'), `${memory}`);
      await writeIfThere(join(this.#memory, 'memory.memsw.limit_in_bytes'), `${memory}`);
      return;
    }
    await writeFile(join(this.#memory, 'memory.max'), `${memory}`);
    await writeIfThere(join(this.#memory, 'memory.swap.max'), '0');
    await writeIfThere(join(this.#memory, 'memory.oom.group'), '1');
  }
}

/** Kernels without swap, or older ones, lack some. */
async function writeIfThere(file: string, text: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) await writeFile(file, text);
}

async function count(file: string, name: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const [, value = '0'] = new RegExp(`^${name} (\\d+)$`, 'm').exec(text) ?? [];
  return Number(value);
}
