import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lane } from '@kici-dev/secret-backend-conformance/testing';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Certificate {
  issue(name: string): Certificate;
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

/** The test's own authority, and certificates for a name and for 127.0.0.1. */
export function createAuthority(): Authority {
  const authority = inFolder((at) => {
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-days',
      '2',
      '-keyout',
      at('ca.key'),
      '-out',
      at('ca.pem'),
      '-subj',
      '/CN=test authority',
      '-addext',
      'basicConstraints=critical,CA:TRUE',
      '-addext',
      'keyUsage=critical,keyCertSign',
    );
    return load(at, 'ca');
  });
  return {
    ...authority,
    issue: (name) =>
      inFolder((at) => {
        writeFileSync(at('ca.pem'), authority.cert);
        writeFileSync(at('ca.key'), authority.key);
        writeFileSync(
          at('extensions'),
          `subjectAltName=DNS:${name},IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\nkeyUsage=digitalSignature\n`,
        );
        openssl('req', ...newKey, '-keyout', at('own.key'), '-out', at('own.csr'), '-subj', `/CN=${name}`);
        openssl(
          'x509',
          '-req',
          '-in',
          at('own.csr'),
          '-CA',
          at('ca.pem'),
          '-CAkey',
          at('ca.key'),
          '-CAcreateserial',
          '-days',
          '2',
          '-extfile',
          at('extensions'),
          '-out',
          at('own.pem'),
        );
        return load(at, 'own');
      }),
  };
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

type Place = (name: string) => string;

function inFolder(work: (at: Place) => Certificate): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'kici-ca-'));
  try {
    return work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function load(at: Place, name: string): Certificate {
  return { cert: readFileSync(at(`${name}.pem`), 'utf8'), key: readFileSync(at(`${name}.key`), 'utf8') };
}

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}
