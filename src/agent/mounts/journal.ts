import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readPlainFile } from '../../files/plain-file.ts';
import { AgentError, systemCode } from '../errors.ts';
import { processIdentity, isRunning, type ProcessIdentity } from '../process/identity.ts';
import { endMarked } from '../process/marked.ts';
import { envFile, isContainerName, isTemporaryFolder, removeFolder } from './temporary-folder.ts';

/** Hundred thousands of folders. */
const maxJournalBytes = 16_777_216;
const fileName = /^([0-9a-f]{16})-(\d+)-([0-9a-z]+)-[0-9a-f]{16}\.journal$/;

/** `$XDG_STATE_HOME/kici/journal`, else `~/.local/state/kici/journal`: a place that outlives a restart. */
export function journalFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const base = environment['XDG_STATE_HOME'];
  return join(
    base !== undefined && base !== '' ? base : join(environment['HOME'] ?? homedir(), '.local', 'state'),
    'kici',
    'journal',
  );
}

/**
 * What folders and containers an agent has made, on disk before they are; a step's processes are known by its folder. A journal whose agent is gone tells the
 * next one what to remove. Its file's name says whose it is, so that it is complete the moment it exists.
 */
export class Journal {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #outstanding = new Set<string>();
  readonly #marks = new Set<string>();

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Starts one of its own and sweeps what dead agents left. @throws AgentError */
  static async open(folder: string, removeContainer: (name: string) => Promise<void>): Promise<Journal> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { place, pid, started } = await processIdentity();
      const path = join(folder, `${place}-${pid}-${started}-${randomBytes(8).toString('hex')}.journal`);
      const journal = new Journal(path, await open(path, 'ax', 0o600));
      await Promise.all([syncFolder(folder), sweep(folder, place, removeContainer)]);
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
   * Resolves when it is safe on disk: only then may the thing come to be.
   * @param thing a folder's path, or a container's name
   */
  async record(thing: string): Promise<void> {
    this.#outstanding.add(thing);
    if (isTemporaryFolder(thing)) this.#marks.add(envFile(thing));
    await this.#handle.appendFile(`${thing}\n`);
    await this.#handle.datasync();
  }

  /** It is gone. */
  forget(thing: string): void {
    this.#outstanding.delete(thing);
  }

  /** Ends what steps have left running outside of their groups. A journal of things that could not be removed stays, for the next agent. */
  async close(): Promise<void> {
    await endMarked(this.#marks);
    await this.#handle.close();
    if (this.#outstanding.size === 0) await rm(this.path, { force: true });
  }
}

/** Whose journal has this name. Undefined: it is none. */
export function ownerOf(name: string): ProcessIdentity | undefined {
  const [, place, pid, started] = fileName.exec(name) ?? [];
  return place === undefined || pid === undefined || started === undefined
    ? undefined
    : { place, pid: Number(pid), started };
}

/** Agents elsewhere, which may share the folder, are neither known to be dead nor have their folders here. */
export async function sweep(
  folder: string,
  here: string,
  removeContainer: (name: string) => Promise<void>,
): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = ownerOf(name);
    if (owner?.place !== here || (await isRunning(owner))) continue;
    const path = join(folder, name);
    const text = await readPlainFile(path, { maxBytes: maxJournalBytes }).catch(() => undefined);
    // No agent wrote that, or none that can be read: it keeps no run from starting.
    if (text === undefined) continue;
    const things = text.toString().split('\n');
    const folders = things.filter(isTemporaryFolder);
    // What runs ends before its files go.
    const isEnded = await endMarked(new Set(folders.map(envFile)));
    const containers = await Promise.allSettled(things.filter(isContainerName).map(removeContainer));
    const results = [...containers, ...(await Promise.allSettled(folders.map(removeFolder)))];
    if (isEnded && results.every(({ status }) => status === 'fulfilled')) await rm(path, { force: true });
  }
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
