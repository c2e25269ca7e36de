import { CommanderError } from 'commander';
import { UsageError } from '../terminal/command-error.ts';
import { processIo, type Io } from '../terminal/io.ts';
import { reportFailure } from '../terminal/report.ts';
import { resolveConfiguration, type Configuration } from './configuration.ts';
import { readConfigurationFile } from './configuration-file.ts';
import { printConfiguration } from './print-configuration.ts';
import { createProgram, programName } from './program.ts';

/**
 * `kici-orchestrator`: reads the command line, runs the command, reports its failure.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function main(args: readonly string[], io: Io = processIo()): Promise<number> {
  let code = 0;
  const command = createProgram({
    writeOut: (text) => io.stdout.write(text),
    serve: async (flags, json) => {
      const { serve } = await import('./serve.ts');
      code = await serve(await configurationOf(flags, io), json, io);
    },
    migrate: async (flags, json) => {
      const { migrate } = await import('./migrate.ts');
      await migrate(await configurationOf(flags, io), json, io);
    },
    health: async (flags, json) => {
      const { health } = await import('./health.ts');
      await health(await configurationOf(flags, io), json, io);
    },
    rotateKey: async (flags, newKeyFile, json) => {
      const { rotateKey } = await import('./rotate-key.ts');
      await rotateKey(await configurationOf(flags, io), newKeyFile, json, io);
    },
    migrateData: async (flags, move, json) => {
      const { migrateData } = await import('./migrate-data.ts');
      await migrateData(await configurationOf(flags, io), move, json, io);
    },
    reseal: async (flags, yes, json) => {
      const { reseal } = await import('./reseal.ts');
      await reseal(await configurationOf(flags, io), yes, json, io);
    },
    printConfiguration: async (flags, json) => {
      printConfiguration(await configurationOf(flags, io), json, io);
    },
  });
  try {
    await command.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const failure =
      error instanceof CommanderError
        ? new UsageError(error.message.replace(/^error: /, ''), `see \`${programName} --help\``)
        : error;
    return reportFailure(failure, io, programName, args.includes('--json'), args.includes('--debug'));
  }
}

async function configurationOf(flags: Record<string, unknown>, { environment }: Io): Promise<Configuration> {
  const path = typeof flags['config'] === 'string' ? flags['config'] : environment['KICI_CONFIG'];
  const file = path === undefined || path === '' ? undefined : await readConfigurationFile(path);
  return resolveConfiguration({ flags, environment, file });
}
