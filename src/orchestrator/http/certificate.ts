import { X509Certificate, createPrivateKey } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { fileProblem, readPlainFile } from '../../files/plain-file.ts';

export interface CertificateFiles {
  /** PEM: the certificate, and those between it and its authority. */
  readonly certFile: string;
  /** PEM. */
  readonly keyFile: string;
}

/** A certificate with its key, as a server takes them. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

/** What the server shows to its clients. It follows its files, and is never without a pair that works. */
export interface Certificate {
  readonly pair: () => CertificatePair;
  /** When it ends, in Unix milliseconds. */
  readonly endsAt: () => number;
  /** Why the files as they are now are not used; `undefined`: they are. */
  readonly problem: () => string | undefined;
  /** Looks whether the files have changed, by whatever way. Never rejects. */
  look(): Promise<void>;
  /** @param changed is called with each new pair */
  follow(changed: (pair: CertificatePair) => void): void;
}

export interface CertificateListener {
  changed(endsAt: number): void;
  /** Called once for each state of the files that cannot be used. */
  refused(problem: string): void;
}

/** Why two files are no pair that a server could use. The message names files and never what they hold. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

const maxBytes = 1_048_576;

interface Loaded extends CertificatePair {
  readonly endsAt: number;
}

/** @throws CertificateError */
export async function openCertificate(files: CertificateFiles, listener: CertificateListener): Promise<Certificate> {
  let stamp = await stampOf(files);
  let current = await load(files);
  let problem: { readonly text: string; readonly stamp: string } | undefined;
  const followers = new Array<(pair: CertificatePair) => void>();
  return {
    pair: () => current,
    endsAt: () => current.endsAt,
    problem: () => problem?.text,
    follow(changed) {
      followers.push(changed);
    },
    async look() {
      // Before the files are read: what is swapped in meanwhile is seen by the next look.
      const seen = await stampOf(files);
      if (seen === stamp && problem === undefined) return;
      try {
        const loaded = await load(files);
        const isNew = loaded.cert !== current.cert || loaded.key !== current.key;
        stamp = seen;
        current = loaded;
        problem = undefined;
        if (!isNew) return;
        for (const changed of followers) changed(loaded);
        listener.changed(loaded.endsAt);
      } catch (error) {
        const text = error instanceof CertificateError ? error.message : 'they cannot be read';
        if (problem?.stamp !== seen) listener.refused(text);
        problem = { text, stamp: seen };
      }
    },
  };
}

/** Follows links, so that a link that is swapped counts, as Kubernetes does it; a file that is gone has no stamp. */
async function stampOf({ certFile, keyFile }: CertificateFiles): Promise<string> {
  const stamps = [certFile, keyFile].map(async (file) => {
    const status = await stat(file, { bigint: true }).catch(() => undefined);
    return status && [status.dev, status.ino, status.size, status.mtimeNs, status.ctimeNs].join(' ');
  });
  return (await Promise.all(stamps)).join('\n');
}

async function load({ certFile, keyFile }: CertificateFiles): Promise<Loaded> {
  const [cert, key] = await Promise.all([read(certFile), read(keyFile)]);
  try {
    const first = new X509Certificate(cert);
    if (!first.checkPrivateKey(createPrivateKey(key)))
      throw new CertificateError(`the key in ${keyFile} is not that of the certificate in ${certFile}`);
    createSecureContext({ cert, key });
    return { cert, key, endsAt: Date.parse(first.validTo) };
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    throw new CertificateError(
      `${certFile} and ${keyFile} are not a certificate and its key in PEM, without a passphrase`,
    );
  }
}

async function read(file: string): Promise<string> {
  try {
    return (await readPlainFile(file, { maxBytes, links: 'follow' })).toString('utf8');
  } catch (error) {
    throw new CertificateError(`${file} cannot be read (${fileProblem(error)})`);
  }
}
