import type { Tree } from './documents/tree.ts';
import type { DocumentFile } from './files/document-file.ts';

/** A scope's file, decrypted. */
export interface OpenedScope {
  readonly file: DocumentFile;
  readonly tree: Tree;
}
