import { closeSync, readdirSync, readFileSync } from 'node:fs';

/** In Linux's octal flags: the descriptor goes to no program that this one starts. */
const closeOnExec = 0o2000000;

/**
 * Closes descriptors that the starter of the agent had open and that no step should get: Node.js passes them on to the
 * programs that it starts. It does not pass on its own descriptors, which is how they are recognized. Elsewhere than on
 * Linux, programs get none.
 */
export function closeStrangers(): void {
  for (const descriptor of openDescriptors()) {
    if (descriptor <= 2 || isOwn(descriptor)) continue;
    try {
      closeSync(descriptor);
    } catch {
      // The one that the folder was read with.
    }
  }
}

function openDescriptors(): readonly number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number);
  } catch {
    return [];
  }
}

function isOwn(descriptor: number): boolean {
  try {
    const [, flags = '0'] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? [];
    return (Number.parseInt(flags, 8) & closeOnExec) !== 0;
  } catch {
    return true;
  }
}
