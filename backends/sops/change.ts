import { basename, join } from 'node:path';
import {
  BackendError,
  parseKey,
  wrongSetting,
  type BackendHost,
  type CallContext,
  type DeleteReceipt,
  type ScopePath,
  type SecretRef,
  type SecretWrite,
  type WriteReceipt,
} from '@kici-dev/secret-backend';
import { capabilities } from './capabilities.ts';
import type { SopsConfig } from './config.ts';
import { defaultSection, extensionOf } from './documents/formats.ts';
import { isLeaf, outcomeAt, placeFor, type Path } from './documents/tree.ts';
import { createFolderOf, folderOf } from './files/folder-of.ts';
import { removeLeftovers } from './files/leftovers.ts';
import { createLocks } from './files/lock.ts';
import { createFile, replaceFile } from './files/replace.ts';
import type { OpenedScope } from './opened-scope.ts';
import type { Sops } from './program/sops.ts';

interface Tools {
  readonly config: SopsConfig;
  readonly host: BackendHost;
  readonly sops: Sops;
  readonly open: (folder: string, scope: ScopePath, context: CallContext) => Promise<OpenedScope | undefined>;
}

export interface Changes {
  write(folder: string, entry: SecretWrite, context: CallContext): Promise<WriteReceipt>;
  delete(folder: string, ref: SecretRef, context: CallContext): Promise<DeleteReceipt>;
}

/** Sops itself changes a document, so that comments, order and recipients stay. */
export function createChanges({ config, host, sops, open }: Tools): Changes {
  const staleMs = host.deadlineMs * 3;
  const locks = createLocks(staleMs, () => host.now());
  const alone = <T>(within: string, scope: ScopePath, context: CallContext, work: () => Promise<T>): Promise<T> =>
    locks.hold(join(within, `.${basename(scope)}.kici-lock`), context, async () => {
      await removeLeftovers(within, basename(scope), staleMs, host.now());
      return work();
    });

  const create = async (within: string, { scope, key }: SecretRef, text: string, context: CallContext) => {
    const { format, recipients } = config;
    if (recipients.length === 0)
      throw wrongSetting(
        'recipients',
        'the scope has no file, and the setting recipients does not say for whom to encrypt one',
      );
    const document = format === 'ini' ? { [defaultSection]: { [key]: text } } : { [key]: text };
    const bytes = await sops.encrypt(JSON.stringify(document), format, recipients, context);
    return createFile(join(within, `${basename(scope)}${extensionOf(format)}`), bytes);
  };

  return {
    async write(folder, entry, context) {
      const { scope, key, value, expectedVersion } = entry;
      const text = requireText(entry);
      const within = await createFolderOf(folder, scope, host.ambient);
      return alone(within, scope, context, async () => {
        const opened = await open(folder, scope, context);
        requireExpected(opened, key, expectedVersion);
        if (opened === undefined) return { version: await create(within, entry, text, context) };
        const { file } = opened;
        const path = requireEncryptedPlace(opened, key, value.byteLength);
        return { version: await replaceFile(file, (copy) => sops.set(copy, file.format, path, text, context)) };
      });
    },
    async delete(folder, { scope, key }, context) {
      const within = await folderOf(folder, scope, host.ambient);
      if (within === undefined || (await open(folder, scope, context)) === undefined) return { existed: false };
      return alone(within, scope, context, async () => {
        const opened = await open(folder, scope, context);
        const path = opened === undefined ? undefined : onlyPlace(opened, key);
        if (opened === undefined || path === undefined) return { existed: false };
        const { file } = opened;
        await replaceFile(file, (copy) => sops.unset(copy, file.format, path, context));
        return { existed: true };
      });
    },
  };
}

function requireText({ key, value }: SecretWrite): string {
  if (!parseKey(key).ok || /^sops(?:$|_)|_unencrypted$/.test(key))
    throw new BackendError('invalid_argument', {
      detail:
        'a key that is written starts with a letter or "_", has only A-Z, a-z, 0-9, "_", "." and "-", and is none that sops takes for its own or leaves in clear',
    });
  const text = value.text();
  if (text === undefined)
    throw new BackendError('unsupported', { detail: 'a document holds text, and the value is not UTF-8' });
  if (value.byteLength > capabilities.maxValueBytes)
    throw new BackendError('too_large', { detail: `a value has at most ${capabilities.maxValueBytes} bytes` });
  return text;
}

/** The version is that of the whole file. */
function requireExpected(opened: OpenedScope | undefined, key: string, expected: string | null | undefined): void {
  if (expected === undefined) return;
  const nodes = opened?.tree.nodes.get(key);
  const current = nodes === undefined ? null : opened?.file.version;
  if (current !== expected)
    throw new BackendError('conflict', {
      detail: expected === null ? 'the key exists' : 'the file has another version',
    });
}

/** @returns undefined if there is no such key */
function onlyPlace({ tree, file }: OpenedScope, key: string): Path | undefined {
  const [node, second] = tree.nodes.get(key) ?? [];
  if (node === undefined) return undefined;
  const outcome = outcomeAt(tree, key, file.version);
  if (second !== undefined || !isLeaf(node))
    throw new BackendError(second === undefined ? 'wrong_shape' : 'ambiguous', {
      detail: outcome.status === 'unknown' ? (outcome.detail ?? '') : '',
    });
  return node.path;
}

/** Rules in a document that make sops leave values in clear, in each of the formats. */
const clearRule = /^[ \t]*"?(?:sops_)?(?:un)?encrypted_(?:comment_)?(?:regex|suffix)"?[ \t]*[:=][ \t]*(.*)$/gm;
const usualRule = /^"?_unencrypted"?,?$/;

/** A secret must not lie in clear in a file that people believe to be encrypted. */
function requireEncryptedPlace(opened: OpenedScope, key: string, length: number): Path {
  const { file, tree } = opened;
  const path = onlyPlace(opened, key) ?? placeFor(tree, key, file.format);
  const rules = [...file.bytes.toString('utf8').matchAll(clearRule)].map(([, rule = '']) => rule.trim());
  if (
    length > 0 &&
    (rules.some((rule) => !usualRule.test(rule)) || path.some((name) => `${name}`.endsWith('_unencrypted')))
  )
    throw new BackendError('invalid_argument', {
      detail: 'by its rules sops may leave this key in clear; write it with sops itself, or choose another key',
    });
  return path;
}
