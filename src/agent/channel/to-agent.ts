import { parseKey } from '@kici-dev/secret-backend';
import * as check from '../../api/checks.ts';
import { isPattern, mostPatterns, statedKeyGrammar } from '../../api/stated-keys.ts';
import { bounds } from './bounds.ts';

// What a step host may tell the agent. A step can write anything to its end of the channel, so every message is checked
// here.

const path = check.text(bounds.pathCharacters);
const url = check.text(bounds.urlCharacters);
const maskedCharacters = Math.ceil(bounds.maskedValueBytes / 3) * 4;
const key = check.text(undefined, (value) => parseKey(value).ok);
const id = check.integer(0);

const get = check.strictObject({ id, kind: check.oneOf('get'), key });
const mount = check.strictObject(
  {
    id,
    kind: check.oneOf('mount'),
    sources: check.listOf(key, 1, bounds.sources),
    divider: check.text(bounds.dividerCharacters),
    finalNewline: check.flag,
    mode: check.integer(0, 0o777),
  },
  { name: check.text(bounds.fileNameBytes) },
);
const mask = check.strictObject({ id, kind: check.oneOf('mask'), value: check.base64(maskedCharacters) });
const secretRequest = check.either(get, mount, mask);

/** Everything that was asked for in one turn of the step's event loop. */
const ask = check.strictObject({
  type: check.oneOf('ask'),
  requests: check.listOf(secretRequest, 1, bounds.requests),
});
const addPath = check.strictObject({
  type: check.oneOf('addPath'),
  folder: check.text(bounds.pathCharacters, (folder) => folder !== ''),
});
/** The process has started, and waits for its work. */
const started = check.strictObject({ type: check.oneOf('ready') });
/** The workflow's file is imported; what comes now is the step's own. */
const imported = check.strictObject({ type: check.oneOf('imported') });
const succeeded = check.strictObject({ type: check.oneOf('finished'), status: check.oneOf('succeeded') });
const failed = check.strictObject({
  type: check.oneOf('finished'),
  status: check.oneOf('failed'),
  error: check.text(bounds.messageBytes),
});

/** Whether a step may send this. */
export const isStepMessage = check.either(started, ask, imported, succeeded, failed, addPath);

const name = check.text(200, (value) => value !== '');
/** Starts as no option of a command line does. */
const image = check.text(255, (value) => /^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/.test(value));
const patterns = check.listOf(check.text(1_000), 0, 1_000);
const trigger = check.strictObject(
  { event: check.oneOf('push', 'pull_request') },
  { branches: patterns, tags: patterns, paths: patterns },
);

const amount = check.integer(1);
/** The longest time that a timer can hold. */
const maxTimeoutMs = 2_147_483_647;

const stated = check.listOf(
  check.text(undefined, (value) => statedKeyGrammar.test(value)),
  0,
  1_000,
);
const statedKeys = (value: unknown): value is string[] =>
  stated(value) && value.filter(isPattern).length <= mostPatterns;
const job = check.strictObject(
  {
    name,
    runsOn: check.listOf(name, 1),
    needs: check.listOf(name),
    env: check.recordOf(check.text()),
    network: check.flag,
    steps: check.listOf(check.strictObject({ name }, { timeout: check.integer(1, maxTimeoutMs) }), 1),
  },
  {
    environment: name,
    secrets: statedKeys,
    container: check.strictObject({ image }),
    limits: check.strictObject({}, { processes: amount, memory: amount, tmp: amount, output: amount }),
  },
);
const jobs = check.listOf(job, 1);

/** A workflow as data: everything but its functions. */
const workflow = check.strictObject({
  name,
  on: check.listOf(trigger, 1),
  jobs: (value): value is check.Checked<typeof jobs> => jobs(value) && canAllRun(value),
});

/** Every job has a name of its own and needs none but the others, which do not wait for it. */
export function canAllRun(all: readonly { readonly name: string; readonly needs: readonly string[] }[]): boolean {
  const missing = new Map(all.map((one) => [one.name, one.needs.length]));
  if (missing.size !== all.length) return false;
  const waiting = new Map<string, string[]>(all.map((one) => [one.name, []]));
  for (const one of all) for (const need of one.needs) waiting.get(need)?.push(one.name);
  // Grows while it is gone through.
  const ready = all.flatMap((one) => (missing.get(one.name) === 0 ? [one.name] : []));
  for (const done of ready) {
    for (const next of waiting.get(done) ?? []) {
      const left = (missing.get(next) ?? 0) - 1;
      missing.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return ready.length === all.length;
}

const stripped = check.strictObject({
  type: check.oneOf('stripped'),
  typescript: check.text(bounds.messageBytes),
  javascript: check.text(bounds.messageBytes),
});
const linking = check.strictObject({ type: check.oneOf('linking'), file: path });
const modules = check.strictObject({
  type: check.oneOf('modules'),
  files: check.listOf(
    check.either(
      check.strictObject({ path, code: check.text(bounds.recordedCharacters) }),
      check.strictObject({ path, sha256: check.text(64, ({ length }) => length === 64) }),
    ),
  ),
  imports: check.listOf(
    check.strictObject({
      parent: url,
      kind: check.oneOf('import', 'require'),
      specifier: url,
      url: check.either(url, check.oneOf(null)),
    }),
  ),
});
/** From the first of these on code of an author may have a hand in what is sent. */
const importing = check.strictObject({ type: check.oneOf('importing'), file: path });
const read = check.strictObject({ type: check.oneOf('workflow'), file: path, workflow });
const invalid = check.strictObject({
  type: check.oneOf('invalid'),
  file: path,
  problem: check.text(bounds.messageBytes),
});
/** `quiet`: nothing that the modules have begun would be heard of at the process's end, or goes on. */
const loaded = check.strictObject({ type: check.oneOf('loaded'), quiet: check.flag });

/** Whether a process that reads workflows may send this. */
export const isLoaderMessage = check.either(started, stripped, linking, modules, importing, read, invalid, loaded);

export type SecretRequest = check.Checked<typeof secretRequest>;
export type StepMessage = check.Checked<typeof isStepMessage>;
export type LoaderMessage = check.Checked<typeof isLoaderMessage>;
export type WorkflowData = check.Checked<typeof workflow>;
export type JobData = WorkflowData['jobs'][number];
