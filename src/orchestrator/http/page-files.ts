import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly type: string;
  readonly etag: string;
  /** Its name changes with its content, so browsers may keep it forever. */
  readonly isImmutable: boolean;
  readonly plain: Buffer;
  /** Compressed when it is first asked for. */
  readonly gzip: () => Buffer;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Reads the built page into memory at the start, so that no name from a request ever reaches the file system.
 * @param folder where it was built
 * @returns its files by URL path; `undefined` if no page was built
 */
export function readPage(folder: string): ReadonlyMap<string, PageFile> | undefined {
  const names = namesIn(folder).filter((name) => Object.hasOwn(types, extname(name)));
  if (!names.includes('index.html')) return undefined;
  return new Map(
    names.map((name) => {
      const path = `/${name.replaceAll(sep, '/')}`;
      return [path, fileOf(path, readFileSync(join(folder, name)))];
    }),
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}

function fileOf(path: string, plain: Buffer): PageFile {
  let compressed: Buffer | undefined;
  return {
    type: types[extname(path)] ?? '',
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    isImmutable: path.startsWith('/assets/'),
    plain,
    gzip: () => (compressed ??= gzipSync(plain, { level: 9 })),
  };
}
