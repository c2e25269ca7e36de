import type { FileHandle } from 'node:fs/promises';
import { AnswerGauge, BackendError, type CallContext, type FailureCode } from '@kici-dev/secret-backend';
import type { SopsConfig } from '../config.ts';
import type { Format } from '../documents/formats.ts';
import { indexOf, type Path } from '../documents/tree.ts';
import { openKey } from './key-descriptor.ts';
import { run } from './run.ts';

/** The parts of the program that this backend uses. Every method rejects with a `BackendError`. */
export interface Sops {
  /** @returns the document as JSON, its MAC verified */
  decrypt(encrypted: Uint8Array, format: Format, context: CallContext): Promise<string>;
  /** @returns the encrypted document */
  encrypt(json: string, format: Format, recipients: readonly string[], context: CallContext): Promise<Uint8Array>;
  /** Changes one place of the file. */
  set(file: string, format: Format, path: Path, text: string, context: CallContext): Promise<void>;
  /** Removes one place of the file. */
  unset(file: string, format: Format, path: Path, context: CallContext): Promise<void>;
  close(): Promise<void>;
}

/** Meaning of its exit codes (sops, `cmd/sops/codes`). */
const failures = new Map<number, readonly [FailureCode, string]>([
  [1, ['wrong_shape', 'the file is not a document that sops has encrypted']],
  [2, ['wrong_shape', 'the file is not a document that sops can read']],
  [4, ['wrong_shape', 'the format of the file cannot hold this']],
  [24, ['corrupt', 'the checksum of the file does not decrypt']],
  [25, ['corrupt', 'a value of the file does not decrypt: it was changed']],
  [51, ['corrupt', 'the checksum of the file does not fit: the file was changed past sops']],
  [52, ['corrupt', 'the file has no checksum']],
  [128, ['decryption_failed', 'none of the age identities of the setting ageKey opens the file']],
]);

export function createSops({ program, ageKey }: SopsConfig): Sops {
  const closing = new AbortController();
  let key: Promise<FileHandle> | undefined;

  const call = async (args: readonly string[], input: Uint8Array, caller: CallContext): Promise<Buffer> => {
    const context = { ...caller, signal: AbortSignal.any([caller.signal, closing.signal]) };
    key ??= openKey(ageKey);
    const used = key;
    const { fd } = await used.catch((error: unknown) => {
      if (key === used) key = undefined;
      throw error;
    });
    const gauge = new AnswerGauge('value');
    const { code, output } = await run({ program, arguments: args, input, keyDescriptor: fd, gauge }, context);
    if (code === 0) return output;
    const [failure, detail] = failures.get(code ?? -1) ?? ['server_error', `sops ended with ${code ?? 'a signal'}`];
    throw new BackendError(failure, { detail });
  };
  const types = (format: Format): string[] => ['--input-type', format, '--output-type', format];
  const nothing = new Uint8Array();

  return {
    async decrypt(encrypted, format, context) {
      const output = await call(['decrypt', '--input-type', format, '--output-type', 'json'], encrypted, context);
      if (output.byteLength === 0) throw new BackendError('bad_answer', { detail: 'sops printed nothing' });
      return output.toString('utf8');
    },
    async encrypt(json, format, recipients, context) {
      const args = ['encrypt', '--age', recipients.join(','), '--input-type', 'json', '--output-type', format];
      const output = await call([...args, '--filename-override', 'new'], Buffer.from(json), context);
      if (!output.includes('ENC['))
        throw new BackendError('bad_answer', { detail: 'sops printed no encrypted document' });
      return output;
    },
    async set(file, format, path, text, context) {
      const input = Buffer.from(JSON.stringify(text));
      await call(['set', ...types(format), '--value-stdin', file, indexOf(path)], input, context);
    },
    async unset(file, format, path, context) {
      await call(['unset', ...types(format), file, indexOf(path)], nothing, context);
    },
    async close() {
      closing.abort(new BackendError('closed'));
      await key?.then((handle) => handle.close()).catch(() => undefined);
    },
  };
}
