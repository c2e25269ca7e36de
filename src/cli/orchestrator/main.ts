import { Command, CommanderError } from 'commander';
import { UsageError } from '../terminal/errors.ts';
import { processIo, type Io } from '../terminal/io.ts';
import { reportFailure } from '../terminal/report.ts';
import { configurationItems, resolveConfiguration, type Configuration } from './configuration.ts';
import { readConfigurationFile } from './configuration-file.ts';
import { printConfiguration } from './print-configuration.ts';

const program = 'kici-orchestrator';

/** @returns the exit code: 0 done, 1 failed, 2 wrong usage */
export async function main(args: readonly string[], io: Io = processIo()): Promise<number> {
  let code = 0;
  const command = new Command(program)
    .description('The KiCI secrets orchestrator: HTTP API on http://127.0.0.1:4000, data in ./.kici-data.')
    .option('--config <file>', 'JSON file with the entries that `config` prints (KICI_CONFIG)')
    .option('--json', 'print the ready line, and errors, as JSON')
    .addHelpText('after', '\nExample:\n  kici-orchestrator --port 4100 --data-dir /var/lib/kici\n')
    .exitOverride().configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => undefined });
  for (const item of Object.values(configurationItems)) if (item.flag !== '') command.option(item.flag, `${item.description} (${item.variable})`);
  command.action(async () => {
    const { serve } = await import('./serve.ts');
    code = await serve(await configurationOf(command.opts(), io), isJson(command), io);
  });
  command.command('config').description('print each value of the configuration and where it came from').option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  KICI_PORT=4100 kici-orchestrator config\n')
    .exitOverride().configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => undefined })
    .action(async (options: { json?: boolean }) => {
      printConfiguration(await configurationOf(command.opts(), io), options.json === true || isJson(command), io);
    });
  try {
    await command.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const failure = error instanceof CommanderError ? new UsageError(error.message.replace(/^error: /, ''), `see \`${program} --help\``) : error;
    return reportFailure(failure, io, program, args.includes('--json'));
  }
}

function isJson(command: Command): boolean {
  return command.opts<{ json?: boolean }>().json === true;
}

async function configurationOf(flags: Record<string, unknown>, { environment }: Io): Promise<Configuration> {
  const path = typeof flags['config'] === 'string' ? flags['config'] : environment['KICI_CONFIG'];
  const file = path === undefined || path === '' ? undefined : await readConfigurationFile(path);
  return resolveConfiguration({ flags, environment, file });
}
