import { parseKey } from '@kici-dev/secret-backend';
import {
  BinarySecretError,
  SecretFileError,
  type SecretFileOptions,
  type SecretMeta,
  type StepSecrets,
} from '@kici-dev/sdk';
import { isStated } from '../../api/stated-keys.ts';
import { isListed, type AgentAnswer, type StartStep, type ValueMeta } from '../channel/from-agent.ts';
import { checkFileOptions } from '../mounts/file-options.ts';
import { StepFolder } from '../mounts/step-folder.ts';
import type { ProcessEnvironment } from './process-environment.ts';
import { guardProperties } from './property-guard.ts';
import type { Requests } from './requests.ts';
import { SecretProblems } from './secret-problems.ts';

/** The seven methods of `ctx.secrets`. Values pass through; nothing here keeps one. */
export function createStepSecrets(requests: Requests, start: StartStep, environment: ProcessEnvironment): StepSecrets {
  const entries = new Map(start.catalogue.map((entry) => [entry.key, entry]));
  const names = [...entries.values()]
    .filter(isListed)
    .map(({ key }) => key)
    .toSorted((left, right) => (left < right ? -1 : 1));
  const read = new Map<string, ValueMeta>();
  const doubted = new Set<string>();
  const problems = new SecretProblems(start, names);
  /** For files in a sandbox whose end removes them. */
  const folder = new StepFolder(environment.temporary);

  async function get(key: string): Promise<string> {
    problems.requireKeys([key]);
    const answer = await requests.ask({ kind: 'get', key });
    if (answer.status === 'binary') throw new BinarySecretError(key, 'is not UTF-8 text');
    if (answer.status !== 'value') throw failureOf(answer);
    read.set(key, answer.meta);
    return answer.value;
  }

  function failureOf(answer: AgentAnswer): Error {
    if (answer.status === 'no_value') return problems.toError(answer.problems);
    if (answer.status === 'file_error') return new SecretFileError(answer.code, answer.message);
    return new TypeError(`the agent gave the unexpected answer ${answer.status}`);
  }

  /** An author who takes another way for a missing key should see that it may be there. */
  function doubt(key: unknown): void {
    if (typeof key !== 'string' || doubted.has(key) || !parseKey(key).ok || !isStated(start.stated, key)) return;
    doubted.add(key);
    process.stderr.write(
      `warning: has("${key}") is false, but a backend that could hold it could not be queried; get would say so\n`,
    );
  }

  const methods: StepSecrets = {
    get,
    async expose(key) {
      environment.requireName(key);
      const value = await get(key);
      if (value.includes('\0')) throw new BinarySecretError(key, 'holds a NUL byte, which no environment variable can');
      environment.set(key, value);
    },
    has: (key) => {
      const entry = entries.get(key);
      if (entry === undefined && start.unlisted) doubt(key);
      return entry !== undefined && isListed(entry);
    },
    getMeta(key) {
      const known = read.get(key) ?? entries.get(key);
      return known === undefined ? undefined : metaOf(known);
    },
    list: () => [...names],
    async mountFile(options) {
      const { sources, divider, finalNewline, mode, name } = checkFileOptions(options);
      problems.requireKeys(sources);
      const answer = await requests.ask({
        kind: 'mount',
        sources: [...sources],
        divider,
        finalNewline,
        mode,
        ...(name !== undefined && { name }),
      });
      if (answer.status === 'mounted') return { path: answer.path };
      if (answer.status !== 'contents') throw failureOf(answer);
      return { path: await folder.write({ contents: Buffer.from(answer.contents, 'base64'), mode, name }) };
    },
    async exposeFile(variable: string, options: SecretFileOptions) {
      environment.requireName(variable);
      const { path } = await methods.mountFile(options);
      environment.setUntilTheEnd(variable, path);
      return { path };
    },
  };
  return guardProperties(methods, names);
}

function metaOf({ backend, scope, version, ...rest }: ValueMeta): SecretMeta {
  const ageMs = 'ageMs' in rest ? rest.ageMs : undefined;
  return { backend, scope, ...(version !== undefined && { version }), ...(ageMs !== undefined && { ageMs }) };
}
