import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Whether a terminal's keys reach this process's whole group, and so the program too. */
export function isForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    // The second field is the program's name in brackets, which may itself hold blanks and brackets.
    const [, , group, , terminal, foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return terminal !== '0' && group === foreground;
  } catch {
    // If the system does not say, assume a person at the terminal.
    return isatty(0);
  }
}
