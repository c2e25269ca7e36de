import { renameSync } from 'node:fs';
import * as z from 'zod';
import { fileProblem, readPlainFileSync, UnusableFileError } from '../../files/plain-file.ts';
import { replaceFile, sweepDrafts } from '../../files/replace-file.ts';

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
  /** Durable once it resolves. A damaged anchor is set aside first. */
  write(heads: AuditHeads): Promise<void>;
  /** Removes temporary files of writers that were killed. */
  sweep(): Promise<void>;
}

const maxBytes = 16 * 1_024 * 1_024;

/**
 * An anchor in a file, replaced as a whole; its folder must exist. A head never moves back as long as nobody else
 * writes meanwhile.
 */
export function createFileAnchor(file: string): AuditAnchor {
  const read = (): AnchorState => {
    try {
      return parse(readPlainFileSync(file, { maxBytes, links: 'follow' }));
    } catch (error) {
      if (isMissing(error)) return { state: 'missing' };
      if (error instanceof UnusableFileError) return { state: 'damaged', problem: error.message };
      throw new AnchorError(fileProblem(error));
    }
  };
  return {
    read: async () => read(),
    async write(heads) {
      const current = read();
      if (current.state === 'damaged') setAside(file);
      const known = current.state === 'readable' ? current.heads : new Map<string, AuditHead>();
      replaceFile(file, JSON.stringify(Object.fromEntries(newest(known, heads))));
    },
    sweep: async () => {
      sweepDrafts(file);
    },
  };
}

/** The anchor could not be read, for a reason that proves nothing about its content; holds the system's error code. */
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

function newest(left: AuditHeads, right: AuditHeads): AuditHeads {
  const merged = new Map(left);
  for (const [organization, head] of right)
    if ((merged.get(organization)?.sequence ?? 0) <= head.sequence) merged.set(organization, head);
  return merged;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
