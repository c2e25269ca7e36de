import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lane } from './lane.ts';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export const opensslLane: Lane = {
  name: 'openssl',
  missing: hasOpenssl() ? undefined : 'there is no `openssl` on the path',
};

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A self-signed certificate. @param days from now on; -1: it expired yesterday */
export function selfSigned(name: string, days = 2): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'kici-certificate-'));
  const at = (file: string): string => join(folder, file);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
  };
  try {
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
    openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      'key',
      '-out',
      'csr',
      ...subject,
    );
    openssl(
      'x509',
      '-req',
      '-in',
      'csr',
      '-signkey',
      'key',
      '-copy_extensions',
      'copy',
      '-days',
      String(days),
      '-out',
      'cert',
    );
    return { cert: readFileSync(at('cert'), 'utf8'), key: readFileSync(at('key'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
