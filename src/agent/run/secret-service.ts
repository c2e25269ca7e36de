import { Buffer } from 'node:buffer';
import { SecretFileError } from '@kici-dev/sdk';
import type { SecretValue } from '@kici-dev/secret-backend';
import type { Masker } from '@kici-dev/secret-masker';
import { bounds } from '../channel/bounds.ts';
import type { AgentAnswer, KeyProblem } from '../channel/from-agent.ts';
import type { SecretRequest } from '../channel/to-agent.ts';
import { isPlainFileName } from '../mounts/file-options.ts';
import type { StepFolder } from '../mounts/step-folder.ts';
import type { JobSession, SecretRead } from '../session/job-session.ts';
import type { JobNeedles } from './job-needles.ts';

type Mount = Extract<SecretRequest, { kind: 'mount' }>;
type Mask = Extract<SecretRequest, { kind: 'mask' }>;

/** Answers one step's requests. The masker sees everything before it leaves for the step. */
export class SecretService {
  readonly #session: JobSession;
  readonly #masker: Masker;
  readonly #needles: JobNeedles;
  readonly #folder: StepFolder | undefined;
  readonly #notice: (message: string) => void;
  readonly #told = new Set<string>();
  /** Ids of the values that this step has given the masker. */
  readonly #masked = new Set<string>();
  #files = 0;
  #fileBytes = 0;

  /** @param folder where the agent writes mounted files; none if the step's sandbox has its own place for them */
  constructor(options: {
    session: JobSession;
    masker: Masker;
    needles: JobNeedles;
    folder: StepFolder | undefined;
    notice: (message: string) => void;
  }) {
    this.#session = options.session;
    this.#masker = options.masker;
    this.#needles = options.needles;
    this.#folder = options.folder;
    this.#notice = options.notice;
  }

  /** Reads all requested keys at once; answers in parts, each made when the previous one has been sent. */
  async *answer(requests: readonly SecretRequest[]): AsyncGenerator<readonly AgentAnswer[]> {
    const keys = new Set(requests.flatMap(keysOf));
    const read = keys.size === 0 ? new Map<string, SecretRead>() : await this.#session.read(keys);
    for (const [key, result] of read) this.#register(key, result);
    let answers: AgentAnswer[] = [];
    let bytes = 0;
    for (const request of requests) {
      // One at a time: together they may not fit in memory.
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const answer = await this.#answerOne(request, read);
      answers.push(answer);
      bytes += sizeOf(answer);
      if (bytes < bounds.answerBytes) continue;
      yield answers;
      answers = [];
      bytes = 0;
    }
    if (answers.length > 0) yield answers;
  }

  async #answerOne(request: SecretRequest, read: ReadonlyMap<string, SecretRead>): Promise<AgentAnswer> {
    switch (request.kind) {
      case 'get':
        return get(request, read);
      case 'mount':
        return this.#mount(request, read);
      case 'mask':
        return this.#mask(request);
    }
  }

  #mask({ id, value }: Mask): AgentAnswer {
    const bytes = Buffer.from(value, 'base64');
    if (!this.#needles.own.admit(bytes, this.#masked)) {
      return {
        id,
        status: 'mask_refused',
        message: `all the steps of a job can mask ${bounds.needles} values and ${bounds.maskedBytes} bytes of their own, and this value would exceed that; do not print it`,
      };
    }
    if (this.#masker.add(bytes) === 'too_short')
      this.#notice(
        'a value that was given to ctx.mask is too short to be masked, so it is visible wherever it is printed',
      );
    return { id, status: 'masked' };
  }

  #register(key: string, result: SecretRead): void {
    if (result.status !== 'value' || this.#masker.add(result.value.bytes()) === 'masked' || this.#told.has(key)) return;
    this.#told.add(key);
    this.#notice(`the value of ${key} is too short to be masked, so it is visible wherever it is printed`);
  }

  /** Undefined if the masker cannot take it. */
  #join(values: readonly SecretValue[], divider: string): Buffer | undefined {
    const isJoined = values.length > 1;
    if (isJoined && lengthOf(values, divider) > bounds.joinedBytes) return undefined;
    const contents = Buffer.concat(
      values.flatMap((value, index) => (index === 0 ? [value.bytes()] : [Buffer.from(divider), value.bytes()])),
    );
    return isJoined && !this.#needles.joined.admit(contents) ? undefined : contents;
  }

  async #mount(request: Mount, read: ReadonlyMap<string, SecretRead>): Promise<AgentAnswer> {
    const { id, sources, divider, finalNewline, mode, name } = request;
    const values: SecretValue[] = [];
    const problems: KeyProblem[] = [];
    for (const key of sources) {
      const result = read.get(key) ?? { key, status: 'not_found' };
      if (result.status !== 'value') problems.push(result);
      else values.push(result.value);
    }
    if (problems.length > 0) return { id, status: 'no_value', problems: uniqueByKey(problems) };
    if (name !== undefined && !isPlainFileName(name))
      return { id, status: 'file_error', code: 'invalid_file_name', message: 'the name is not a plain file name' };
    const bytes = lengthOf(values, divider) + (finalNewline ? 1 : 0);
    if (this.#files >= bounds.files || this.#fileBytes + bytes > bounds.fileBytes) {
      return {
        id,
        status: 'file_error',
        code: 'cannot_write',
        message: `a step has at most ${bounds.files} files of secrets, with ${bounds.fileBytes} bytes; mount a secret once and use its path again`,
      };
    }
    const joined = this.#join(values, divider);
    if (joined === undefined) {
      return {
        id,
        status: 'file_error',
        code: 'cannot_write',
        message: `files that join secrets have at most ${bounds.joinedBytes} bytes in all the steps of a job, so that the log can be kept free of them; mount fewer together`,
      };
    }
    this.#files += 1;
    this.#fileBytes += bytes;
    this.#masker.add(joined);
    const contents = finalNewline ? withFinalNewline(joined) : joined;
    if (this.#folder === undefined) return { id, status: 'contents', contents: contents.toString('base64') };
    try {
      return { id, status: 'mounted', path: await this.#folder.write({ contents, mode, name }) };
    } catch (error) {
      if (!SecretFileError.is(error)) throw error;
      const code = error.code === 'duplicate_file_name' ? error.code : 'cannot_write';
      return { id, status: 'file_error', code, message: error.message };
    } finally {
      for (const written of [joined, contents]) written.fill(0);
    }
  }
}

function sizeOf(answer: AgentAnswer): number {
  if (answer.status === 'value') return answer.value.length;
  if (answer.status === 'contents') return answer.contents.length;
  return answer.status === 'no_value' ? answer.problems.length * 1_024 : 0;
}

function keysOf(request: SecretRequest): readonly string[] {
  if (request.kind === 'mask') return [];
  return request.kind === 'get' ? [request.key] : request.sources;
}

/** Empty contents stay empty. */
function withFinalNewline(contents: Buffer): Buffer {
  return contents.byteLength === 0 || contents.at(-1) === 0x0a ? contents : Buffer.concat([contents, Buffer.of(0x0a)]);
}

function lengthOf(values: readonly SecretValue[], divider: string): number {
  return values.reduce((sum, { byteLength }) => sum + byteLength, 0) + (values.length - 1) * Buffer.byteLength(divider);
}

function get(
  { id, key }: { readonly id: number; readonly key: string },
  read: ReadonlyMap<string, SecretRead>,
): AgentAnswer {
  const result = read.get(key) ?? { key, status: 'not_found' };
  if (result.status !== 'value') return { id, status: 'no_value', problems: [result] };
  const value = result.value.text();
  return value === undefined ? { id, status: 'binary' } : { id, status: 'value', value, meta: result.meta };
}

function uniqueByKey(problems: readonly KeyProblem[]): readonly KeyProblem[] {
  return [...new Map(problems.map((problem) => [problem.key, problem])).values()];
}
