import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

// A program: writes the bytecode of each script that it is called with, and what `start-bundle.mjs` compares.
for (const file of process.argv.slice(2)) {
  const source = readFileSync(`${file}.script`);
  const bytecode = bytecodeOf(source.toString());
  writeFileSync(`${file}.bytecode`, bytecode);
  const stamp = [process.version, process.platform, process.arch, crc32(source, crc32(bytecode))].join(' ');
  writeFileSync(`${file}.stamp`, stamp);
}

/** Of all functions, not only of those that a trial would call: no command is faster than another by it. */
function bytecodeOf(source: string): Buffer {
  // V8 takes only what was made under its own flags, so these are back before it is asked for.
  setFlagsFromString('--no-lazy');
  const script = new Script(source);
  setFlagsFromString('--lazy');
  const bytecode = script.createCachedData();
  if (new Script(source, { cachedData: bytecode }).cachedDataRejected === true)
    throw new Error('V8 does not take the bytecode that it has just made');
  return bytecode;
}
