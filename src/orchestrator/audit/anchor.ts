import { renameSync, statSync } from 'node:fs';
import * as z from 'zod';
import { fileProblem, readPlainFileSync, UnusableFileError } from '../../files/plain-file.ts';
import { replaceFileIf, sweepDrafts } from '../../files/replace-file.ts';

/** Leaves room for the rows that follow a break. */
const highestSequence = 2 ** 52;
const headSchema = z.object({ sequence: z.int().min(0).max(highestSequence), mac: z.string() });
export type AuditHead = z.output<typeof headSchema>;
const fileSchema = z.record(z.string(), headSchema);

export type AuditHeads = ReadonlyMap<string, AuditHead>;

export type AnchorState =
  | { readonly state: 'readable'; readonly heads: AuditHeads }
  | { readonly state: 'missing' }
  /** Something else is there; `problem` completes the sentence "the anchor …". */
  | { readonly state: 'damaged'; readonly problem: string };

/** The newest row of each organization, kept outside the database so that a truncated log is noticed. */
export interface AuditAnchor {
  /** Rejects when the state could not be determined, which proves nothing about the anchor. */
  read(): Promise<AnchorState>;
  /** Whether it is as it was when it was last `adopt`ed, or written by this very object. */
  isUntouched(): boolean;
  /** What was read has been looked into, and counts from now on as if it had been written here. */
  adopt(read: AnchorState): void;
  /**
   * Durable when it resolves. What was damaged is set aside first, and a head never moves back.
   * @returns false where somebody else has changed it, which must be looked into before it is replaced
   */
  write(heads: AuditHeads): Promise<boolean>;
  /** Removes temporary files of writers that were killed. */
  sweep(): Promise<void>;
}

const maxBytes = 16 * 1_024 * 1_024;

/** An anchor in a file of a folder that exists, replaced as a whole. */
export function createFileAnchor(file: string): AuditAnchor {
  let last: { readonly stamp: string; readonly state: AnchorState } | undefined;
  let adopted = '';
  let writing: Promise<unknown> = Promise.resolve();

  /** Read again only where the file is another. */
  function read(): AnchorState {
    const stamp = stampOf(file);
    if (last?.stamp === stamp) return last.state;
    const state = readState(file);
    last = { stamp, state };
    return state;
  }

  async function replace(heads: AuditHeads): Promise<boolean> {
    const current = read();
    const isSame = (): boolean => stampOf(file) === adopted;
    if (!isSame()) return false;
    const known = current.state === 'readable' ? current.heads : new Map<string, AuditHead>();
    const merged = newest(known, heads);
    if (current.state === 'damaged') {
      setAside(file);
      adopted = stampOf(file);
    }
    return replaceFileIf(file, JSON.stringify(Object.fromEntries(merged)), isSame, () => {
      adopted = stampOf(file);
      last = { stamp: adopted, state: { state: 'readable', heads: merged } };
    });
  }

  return {
    read: async () => read(),
    isUntouched: () => stampOf(file) === adopted,
    adopt(looked) {
      if (last?.state === looked) adopted = last.stamp;
    },
    async write(heads) {
      const turn = writing.catch(() => undefined).then(() => replace(heads));
      writing = turn;
      return turn;
    },
    sweep: async () => {
      sweepDrafts(file);
    },
  };
}

/** Changes with whatever anybody does to the file; nobody can set its last part back. */
function stampOf(file: string): string {
  try {
    const { dev, ino, mode, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [dev, ino, mode, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return fileProblem(error);
  }
}

function readState(file: string): AnchorState {
  try {
    return parse(readPlainFileSync(file, { maxBytes, links: 'follow' }));
  } catch (error) {
    if (isMissing(error)) return { state: 'missing' };
    if (error instanceof UnusableFileError) return { state: 'damaged', problem: error.message };
    throw new AnchorError(fileProblem(error));
  }
}

/** The anchor could not be read, for a reason that says nothing of it: the system's code. */
export class AnchorError extends Error {
  override readonly name = 'AnchorError';
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

function parse(bytes: Buffer): AnchorState {
  if (bytes.byteLength === 0) return { state: 'damaged', problem: 'is empty' };
  try {
    return { state: 'readable', heads: new Map(Object.entries(fileSchema.parse(JSON.parse(bytes.toString('utf8'))))) };
  } catch {
    return { state: 'damaged', problem: 'is cut off, or is not an anchor' };
  }
}

/** Keeps the damaged file for an investigation. */
function setAside(file: string): void {
  renameSync(file, `${file}.damaged-${new Date().toISOString().replaceAll(':', '')}`);
}

export function newest(left: AuditHeads, right: AuditHeads): AuditHeads {
  const merged = new Map(left);
  for (const [organization, head] of right)
    if ((merged.get(organization)?.sequence ?? 0) <= head.sequence) merged.set(organization, head);
  return merged;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
