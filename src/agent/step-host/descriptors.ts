import { closeSync, readdirSync, readFileSync } from 'node:fs';

/** In Linux's octal flags: started programs do not inherit the descriptor. */
const closeOnExec = 0o2000000;

/**
 * Closes descriptors that the agent's starter left open, since Node.js would pass them on to child programs. Node.js's
 * own descriptors are marked not to be inherited, which is how they are told apart. Only needed on Linux: elsewhere
 * programs inherit none.
 */
export function closeStrangers(): void {
  for (const descriptor of openDescriptors()) {
    if (descriptor <= 2 || isOwn(descriptor)) continue;
    try {
      closeSync(descriptor);
    } catch {
      // The descriptor that the folder was read with.
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
