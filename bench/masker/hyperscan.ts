import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { needlesOf } from '../../src/masker/needles.ts';

/** Made by `python3 -m venv` and `pip install hyperscan`. */
const python = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kici-bench-venv/bin/python');

/** MB per second of a bare search for every needle of the secrets; nothing if Hyperscan is not installed. */
export function searchByHyperscan(secrets: readonly string[], text: Uint8Array): number | undefined {
  try {
    execFileSync(python, ['-c', 'import hyperscan'], { stdio: 'ignore' });
  } catch {
    console.log(`  no figures of Hyperscan: ${python} does not have its package`);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'kici-bench-'));
  try {
    const [needles, bytes] = [join(folder, 'needles'), join(folder, 'text')];
    const all = new Set(
      secrets.flatMap((secret) => needlesOf(Buffer.from(secret)).map((needle) => needle.toString('hex'))),
    );
    writeFileSync(needles, [...all].join('\n'));
    writeFileSync(bytes, text);
    return Number(execFileSync(python, [join(import.meta.dirname, 'search.py'), needles, bytes]).toString());
  } finally {
    rmSync(folder, { recursive: true });
  }
}
