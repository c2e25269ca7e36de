import type { Readable } from 'node:stream';
import type { Masker } from '@kici-dev/secret-masker';
import type { Child } from '../process/child.ts';

type Sink = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;

/** Passes on what a process prints, with every secret that the masker knows by then taken out. */
export function maskOutput(child: Child, masker: Masker, sink: Sink): void {
  pass(child.stdout, masker, (bytes) => { sink('stdout', bytes); });
  pass(child.stderr, masker, (bytes) => { sink('stderr', bytes); });
}

function pass(stream: Readable, masker: Masker, sink: (bytes: Uint8Array) => void): void {
  const masked = masker.open();
  const give = (parts: readonly Uint8Array[]): void => { if (parts.length > 0) sink(Buffer.concat(parts)); };
  stream.on('data', (chunk: Uint8Array) => { give(masked.write(chunk)); });
  stream.once('close', () => { give(masked.end()); });
}
