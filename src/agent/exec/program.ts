import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { AgentError, systemCode } from '../agent-error.ts';
import { findProgram } from '../sandbox/program-path.ts';

/** Before another program starts it, whose error would be another. @throws AgentError */
export async function requireProgram(file: string, path: string): Promise<void> {
  if (file.includes('/'))
    await access(file, constants.X_OK).catch((error: unknown) => {
      throw notStarted(file, error);
    });
  else if ((await findProgram(file, path)) === undefined) throw notFound(file);
}

export function notStarted(file: string, error: unknown): AgentError {
  const code = systemCode(error);
  return code === 'ENOENT'
    ? notFound(file)
    : new AgentError(
        'command_not_started',
        `${JSON.stringify(file)} cannot be started (${code ?? 'unknown'})`,
        'check that it is a program that you may run',
      );
}

function notFound(file: string): AgentError {
  return new AgentError('command_not_found', `there is no program ${JSON.stringify(file)}`, 'check its name and PATH');
}

export function cancelled(): AgentError {
  return new AgentError('cancelled', 'the command was cancelled', 'the program was not started');
}
