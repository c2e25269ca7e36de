import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, type FileHandle } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readPlainFile } from '../../files/plain-file.ts';
import { AgentError, systemCode } from '../agent-error.ts';
import { processIdentity, isRunning, type ProcessIdentity } from '../process/identity.ts';
import { processStatus } from '../process/process-status.ts';
import { endMarked } from '../process/marked.ts';
import { removeGroup } from '../limits/remove-group.ts';
import { removeFile, removeFolder } from './temporary-folder.ts';
import { envFile, isContainerName, isGroupFolder, isTemporaryFolder } from './temporary-name.ts';

/** Resolves with whether the container existed; rejects if that is unknown. */
export type RemoveContainer = (name: string) => Promise<boolean>;

/** Enough for hundreds of thousands of folders. */
const maxJournalBytes = 16_777_216;
/** A request to create a container may outlive its sender: for this long, an unknown container may still appear. */
const arrivalMs = 60_000;
/** Precedes the name of a container that the engine has created. */
const madeMark = 'made ';
const fileName = /^([0-9a-f]{16})-(\d+)-([0-9a-z]+)-[0-9a-f]{16}\.journal$/;

/** `$XDG_STATE_HOME/kici/journal`, else `~/.local/state/kici/journal`: a place that survives a reboot. */
export function journalFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const base = environment['XDG_STATE_HOME'];
  return join(
    base !== undefined && base !== '' ? base : join(environment['HOME'] ?? homedir(), '.local', 'state'),
    'kici',
    'journal',
  );
}

/**
 * Lists the folders and containers that an agent is about to make, on disk before they exist; a step's processes are
 * recognized by its folder. After the agent's death its journal tells the next agent what to remove. The file's name
 * identifies the agent, so that the journal is complete the moment it exists.
 */
export class Journal {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #removeContainer: RemoveContainer;
  readonly #outstanding = new Set<string>();
  readonly #made = new Set<string>();
  readonly #marks = new Set<string>();
  /** Whether a container of this agent, or of an earlier one, may still appear. */
  #isWaiting = false;

  private constructor(path: string, handle: FileHandle, removeContainer: RemoveContainer) {
    this.path = path;
    this.#handle = handle;
    this.#removeContainer = removeContainer;
  }

  /** Starts a journal and sweeps what dead agents left behind. @throws AgentError */
  static async open(folder: string, removeContainer: RemoveContainer): Promise<Journal> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { place, pid, started } = await processIdentity();
      const path = join(folder, `${place}-${pid}-${started}-${randomBytes(8).toString('hex')}.journal`);
      const journal = new Journal(path, await open(path, 'ax', 0o600), removeContainer);
      [journal.#isWaiting] = await Promise.all([sweep(folder, place, removeContainer), syncFolder(folder)]);
      return journal;
    } catch (error) {
      throw new AgentError(
        'cannot_write',
        `cannot keep a journal in ${JSON.stringify(folder)} (${systemCode(error) ?? 'unknown'})`,
        'make the folder writable, or set XDG_STATE_HOME',
      );
    }
  }

  /**
   * The thing may be made only after this resolves, when its name is safe on disk.
   * @param thing a folder's path, or a container's name
   */
  async record(thing: string): Promise<void> {
    this.#outstanding.add(thing);
    if (isTemporaryFolder(thing)) this.#marks.add(envFile(thing));
    // After a full disk the previous line may be incomplete.
    await this.#handle.appendFile(`\n${thing}\n`);
    await this.#handle.datasync();
  }

  /**
   * The engine has created the container, so if it is unknown from now on, it is gone. Losing this note only costs
   * time.
   */
  async made(container: string): Promise<void> {
    this.#made.add(container);
    await this.#handle.appendFile(`\n${madeMark}${container}\n`).catch(() => undefined);
  }

  /** To be called when the thing is gone. */
  forget(thing: string): void {
    this.#outstanding.delete(thing);
  }

  /** If the container may still exist, it stays recorded. */
  async removeContainer(name: string): Promise<void> {
    await this.#tryContainer(name);
  }

  /** @returns whether it may still appear */
  async #tryContainer(name: string): Promise<boolean> {
    const wasThere = await this.#removeContainer(name).catch(() => undefined);
    const isLate = wasThere === false && !this.#made.has(name);
    if (wasThere !== undefined && !isLate) this.forget(name);
    return isLate;
  }

  /**
   * A journal of things that may still exist stays, for the next agent.
   * @param survivors whether steps may have left processes running outside their groups, which are then ended
   * @returns whether a container may still appear, for which somebody must wait
   */
  async close(survivors = true): Promise<boolean> {
    if (survivors) await endMarked(this.#marks, Number(processStatus('self')?.started ?? 0));
    const containers = [...this.#outstanding].filter(isContainerName);
    const late = await Promise.all(containers.map(async (name) => this.#tryContainer(name)));
    const isDone = this.#outstanding.size === 0;
    await Promise.all([this.#handle.close(), isDone ? removeFile(this.path) : undefined]);
    return this.#isWaiting || late.includes(true);
  }
}

/** The agent that this journal's name identifies; undefined for any other file. */
export function ownerOf(name: string): ProcessIdentity | undefined {
  const [, place, pid, started] = fileName.exec(name) ?? [];
  return place === undefined || pid === undefined || started === undefined
    ? undefined
    : { place, pid: Number(pid), started };
}

/**
 * Skips agents of other places, which may share the folder: their death is unknown here, and their folders are
 * elsewhere.
 * @returns whether a container of a dead agent may still appear
 */
export async function sweep(folder: string, here: string, removeContainer: RemoveContainer): Promise<boolean> {
  let isWaiting = false;
  for (const name of await readdir(folder)) {
    const owner = ownerOf(name);
    if (owner?.place !== here || (await isRunning(owner))) continue;
    // oxlint-disable-next-line no-await-in-loop -- one journal after another
    if (await sweepOne(join(folder, name), removeContainer)) isWaiting = true;
  }
  return isWaiting;
}

/** @returns whether a container may still appear, or a process has yet to end */
async function sweepOne(path: string, removeContainer: RemoveContainer): Promise<boolean> {
  let text;
  let age;
  try {
    text = (await readPlainFile(path, { maxBytes: maxJournalBytes })).toString();
    age = Date.now() - (await lstat(path)).mtimeMs;
  } catch {
    // No agent wrote this file, or it is unreadable: it must not keep a run from starting.
    return false;
  }
  const things = text.split('\n');
  const folders = things.filter(isTemporaryFolder);
  // Processes end before their files are removed.
  const isEnded = await endMarked(new Set(folders.map(envFile)));
  // One that the system is slow to end is looked at again.
  let isWaiting = !isEnded && age < arrivalMs;
  const removeOne = async (name: string): Promise<void> => {
    const wasThere = await removeContainer(name);
    if (!wasThere && age < arrivalMs && !things.includes(`${madeMark}${name}`)) isWaiting = true;
  };
  const results = await Promise.allSettled([
    ...things.filter(isContainerName).map(removeOne),
    ...folders.map(async (folder) => removeFolder(folder)),
    ...things.filter(isGroupFolder).map(removeGroup),
  ]);
  const isClean = isEnded && !isWaiting && results.every(({ status }) => status === 'fulfilled');
  if (isClean) await removeFile(path).catch(() => undefined);
  return isWaiting;
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
