import { createHash } from 'node:crypto';
import { CommandError, UsageError } from '../terminal/command-error.ts';
import type { Io } from '../terminal/io.ts';
import { chooseMode, type ModeFlags } from './mode.ts';
import { maxValueBytes, readBytes, tooLarge } from './read-bytes.ts';
import { trimLineEnd, type Trimming } from './trim.ts';

export interface ValueFlags extends ModeFlags {
  readonly trim?: boolean;
  readonly allowEmpty?: boolean;
  readonly confirmFingerprint?: string;
  readonly dryRun?: boolean;
}

export interface ValueInput {
  /** Exactly the bytes to be stored. */
  readonly bytes: Uint8Array;
  /** SHA-256 of them, hex. */
  readonly fingerprint: string;
}

const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf);

/** Reads a value as the flags say, checked before anything is sent. @throws UsageError, CommandError */
export async function readValue(flags: ValueFlags, label: string, io: Io): Promise<ValueInput> {
  const mode = chooseMode(flags, io.stdin.isTTY === true);
  const wanted = parseFingerprint(flags.confirmFingerprint);
  if (mode.kind === 'argument')
    io.stderr.write(
      'warning: --value is visible in shell history and in the process list; prefer --prompt or --from-stdin\n',
    );
  const untrimmed = await readBytes(mode, label, io);
  const lines: Trimming = mode.kind === 'stdin' || mode.kind === 'file' ? 'one-line' : 'never';
  const bytes = trimLineEnd(untrimmed, flags.trim === undefined ? lines : flags.trim ? 'always' : 'never');
  if (bytes.byteLength > maxValueBytes) throw tooLarge();
  if (byteOrderMark.equals(bytes.subarray(0, byteOrderMark.byteLength)))
    io.stderr.write(
      `warning: the value of ${label} begins with a byte order mark, which most programs refuse; it is stored as it is; to avoid it, save the text as UTF-8 without one\n`,
    );
  if (bytes.byteLength === 0 && flags.allowEmpty !== true) {
    throw new CommandError(
      'empty_value',
      `the value of ${label} is empty`,
      'check what produced it; --allow-empty stores an empty value on purpose',
    );
  }
  const fingerprint = sha256(bytes);
  if (wanted !== undefined && wanted !== fingerprint) throw mismatch(wanted === sha256(untrimmed));
  return { bytes, fingerprint };
}

function parseFingerprint(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9a-f]{64}$/i.test(text))
    throw new UsageError('--confirm-fingerprint takes a SHA-256 as 64 hex digits', 'make it with `sha256sum`');
  return text.toLowerCase();
}

function mismatch(untrimmedMatches: boolean): CommandError {
  return untrimmedMatches
    ? new CommandError(
        'fingerprint_mismatch',
        'the fingerprint includes the line end of the value, which is removed before the value is stored',
        'add --no-trim to store the line end, or make the fingerprint without it (`printf %s`)',
      )
    : new CommandError(
        'fingerprint_mismatch',
        "the value's fingerprint differs from the one given",
        'the value may have been changed in transit; nothing was stored',
      );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
