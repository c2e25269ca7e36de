import { join } from 'node:path';
import { findProject } from '../../../agent/workflow/project.ts';
import { AgentError } from '../../../agent/agent-error.ts';
import type { ApiClient } from '../../../api/client.ts';
import { connectOnceStarted } from '../../connection.ts';
import { CommandError, UsageError } from '../../terminal/command-error.ts';
import { printable, type Io } from '../../terminal/io.ts';
import type { TypesFlags } from '../program.ts';
import { readAllWorkflows } from '../read-workflows.ts';
import { untilSignal } from '../until-signal.ts';
import { boundEnvironments, type UsedEnvironment } from './bound.ts';
import { differenceOf } from './difference.ts';
import { fetchNames, type KnownKeys } from './names.ts';
import { environmentsOf, renderTypes } from './render.ts';
import { isFoundByEditors, sdkPackage } from './sdk-for-editors.ts';
import { readTypes, typesFile, writeTypes } from './types-file.ts';
import { watchProject } from './watch.ts';

/** Writes the declarations, or compares them. @returns the exit code */
export async function types(flags: TypesFlags, io: Io): Promise<number> {
  if (flags.check === true && flags.watch === true)
    throw new UsageError('--check and --watch cannot be used together', 'choose one of them');
  return untilSignal(io, flags.json === true, async (signal) => {
    const client = await connectOnceStarted(flags, io, signal);
    if (flags.watch !== true) {
      await refresh(flags, client, io, signal);
      return 0;
    }
    await watchProject(io, flags.json === true, signal, async () => refresh(flags, client, io, signal));
    return 'cancelled';
  });
}

interface Wanted {
  readonly root: string;
  readonly environments: readonly UsedEnvironment[];
}

/** The named environments, or else those that the workflows bind. @throws AgentError, CommandError */
async function wantedOf(flags: TypesFlags, io: Io, signal: AbortSignal): Promise<Wanted> {
  if (flags.environment.length > 0) {
    const environments = [...new Set(flags.environment)].toSorted().map((name) => ({ name, stated: undefined }));
    return { root: rootOrHere(), environments };
  }
  const { root, workflows } = await readAllWorkflows(flags, io, signal);
  return { root, environments: boundEnvironments(workflows) };
}

/** A project without a workflow begins in this folder. */
function rootOrHere(): string {
  const here = process.cwd();
  try {
    return findProject(here).root;
  } catch (error) {
    if (error instanceof AgentError && error.code === 'project_not_found') return here;
    throw error;
  }
}

/** @returns the project's folder @throws CommandError (`types_stale`, `incomplete`) */
async function refresh(flags: TypesFlags, client: ApiClient, io: Io, signal: AbortSignal): Promise<string> {
  const { root, environments } = await wantedOf(flags, io, signal);
  const names = await fetchNames(client, environments);
  const path = join(root, typesFile);
  const before = await readTypes(path);
  if (before !== undefined && environmentsOf(before) === undefined)
    throw new CommandError(
      'cannot_write',
      `${path} was not written by this command, and was left as it is`,
      'move it to another name',
    );
  for (const gap of names.gaps) io.stderr.write(`${printable(toldGap(gap))}\n`);
  const unasked = names.gaps.find(({ answered }) => !answered);
  // A key that could not be queried is not gone, so a file that has it stays.
  if (unasked !== undefined && (before !== undefined || flags.check === true))
    throw incomplete(unasked, `${typesFile} was left as it is`);
  const text = renderTypes(
    environments.map(({ name }) => name),
    names.keys,
  );
  const isSame = before === text;
  if (!isSame && flags.check === true) {
    const difference = differenceOf(before ?? '', text);
    if (flags.json === true) print(io, { file: path, status: 'stale', difference });
    else io.stdout.write(difference.map((line) => `${line}\n`).join(''));
    throw new CommandError(
      'types_stale',
      before === undefined ? `${path} is not there` : `${path} is out of date`,
      'run `kici types`, and commit the file if you keep it in the repository',
    );
  }
  if (!isSame) await writeTypes(path, text);
  const status = isSame ? 'unchanged' : 'written';
  if (flags.json === true)
    print(io, {
      file: path,
      status,
      environments: environments.map(({ name }) => name),
      keys: [...names.keys].map(([key, places]) => ({ key, environments: places })),
    });
  else if (flags.watch !== true || !isSame) await tell(io, root, summary(path, status, environments, names));
  if (unasked !== undefined) throw incomplete(unasked, `${typesFile} was written without them`);
  return root;
}

function print(io: Io, result: object): void {
  io.stdout.write(`${JSON.stringify(result)}\n`);
}

async function tell(io: Io, root: string, text: string): Promise<void> {
  io.stdout.write(`${printable(text)}\n`);
  if (await isFoundByEditors(root)) return;
  io.stderr.write(
    `editors will not suggest the keys yet: they look for ${sdkPackage} in node_modules of the project or of a folder above it, and there is none; \`npm install --save-dev ${sdkPackage}\` puts it there\n`,
  );
}

function summary(
  path: string,
  status: 'written' | 'unchanged',
  environments: readonly UsedEnvironment[],
  { keys }: KnownKeys,
): string {
  const of =
    environments.length === 0
      ? 'no workflow binds an environment'
      : `${keys.size} keys of ${environments.map(({ name }) => name).join(', ')}`;
  return status === 'written' ? `wrote ${path}: ${of}` : `${path} is up to date: ${of}`;
}

type Gap = KnownKeys['gaps'][number];

function toldGap({ environment, backend, scopes, answered, meaning, code }: Gap): string {
  const place = scopes.length === 0 ? backend : scopes.map((scope) => `${backend}:${scope}`).join(', ');
  return `${environment}: ${place}: ${answered ? 'its keys are not known' : 'could not be queried'}: ${meaning} [${code}]`;
}

function incomplete({ environment, backend, code, hint }: Gap, then: string): CommandError {
  return new CommandError(
    'incomplete',
    `the keys of ${environment} are not all known: ${backend} could not be queried [${code}]; ${then}`,
    hint,
  );
}
