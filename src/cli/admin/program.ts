import { Command } from 'commander';
import type { AdminCommand, CommandGroup } from './command.ts';
import { auditCommands } from './commands/audit.ts';
import { backendCommands } from './commands/backend.ts';
import { completionCommands } from './commands/completion.ts';
import { dashboardCommand } from './commands/dashboard.ts';
import { environmentCommands } from './commands/environment.ts';
import { helpCommands } from './commands/help.ts';
import { organizationCommands } from './commands/organization.ts';
import { policyCommands } from './commands/policy.ts';
import { checkCommand, explainCommand } from './commands/resolution.ts';
import { scopeCommands } from './commands/scope.ts';
import { jobCommands } from './commands/job.ts';
import { secretCommands } from './commands/secret.ts';
import { sessionCommands } from './commands/session.ts';
import { tokenCommands } from './commands/token.ts';
import { variableCommands } from './commands/variable.ts';

export const programName = 'kici-admin';

/** In the order that help shows them: the most used first. */
export const commandGroups: readonly (CommandGroup | AdminCommand)[] = [
  secretCommands,
  variableCommands,
  scopeCommands,
  environmentCommands,
  explainCommand,
  checkCommand,
  backendCommands,
  tokenCommands,
  jobCommands,
  dashboardCommand,
  sessionCommands,
  policyCommands,
  organizationCommands,
  auditCommands,
  helpCommands,
  completionCommands,
];

export interface ProgramOptions {
  readonly version: string;
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  /** The width of the terminal; default: 80. */
  readonly columns?: number;
  readonly run: (command: AdminCommand, parsed: Command) => Promise<void>;
}

/**
 * The commander tree; it throws commander's own errors and never ends the process.
 * @param wanted the name of the only command or group that the command line is of; default: it may be of any
 */
export function createProgram(options: ProgramOptions, wanted?: string): Command {
  const program = new Command(programName)
    .description('Administers the secrets of an orchestrator: everything that its API can do.')
    .version(options.version)
    .option('--json', 'print the result as JSON')
    .option('--debug', 'with an error, print where in the program it happened')
    .option('--url <url>', 'the orchestrator (KICI_URL, else http://127.0.0.1:4000)')
    .option('--org <organization>', 'the organization (KICI_ORG, else "default")')
    .option('--token-file <path>', "a file with the token (else KICI_TOKEN, else the local user's own)")
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: (command) =>
        [command.name(), ...command.registeredArguments.map((one) => `<${one.name()}>`)].join(' '),
    })
    .configureOutput({
      writeOut: options.writeOut,
      writeErr: options.writeErr,
      outputError: () => {},
      getOutHelpWidth: () => options.columns ?? 80,
      getErrHelpWidth: () => options.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  const only = commandGroups.filter(({ name }) => name === wanted);
  for (const entry of only.length === 0 ? commandGroups : only) {
    if ('commands' in entry) {
      const group = program.command(entry.name).description(entry.summary).helpCommand(false);
      addExamples(
        group,
        entry.commands.flatMap(({ examples }) => examples.slice(0, 1)),
      );
      for (const command of entry.commands) add(group, command, options);
    } else {
      add(program, entry, options);
    }
  }
  addExamples(program, [
    'kici-admin environment create production --bind production',
    'kici-admin secret set --scope production DB_PASSWORD',
    'kici-admin explain --environment production DB_PASSWORD',
  ]);
  return program;
}

function add(parent: Command, command: AdminCommand, options: ProgramOptions): void {
  const declared = parent.command(command.name).description(command.summary);
  command.declare(declared);
  declared.action(async () => {
    await options.run(command, declared);
  });
  addExamples(declared, command.examples);
}

function addExamples(command: Command, examples: readonly string[]): void {
  command.addHelpText(
    'after',
    `\nExample${examples.length === 1 ? '' : 's'}:\n${examples.map((example) => `  $ ${example}`).join('\n')}`,
  );
}
