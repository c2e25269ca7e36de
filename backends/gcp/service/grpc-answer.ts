import { answerLimits, BackendError } from '@kici-dev/secret-backend';
import type { grpc } from 'google-gax';

/** The fields of a message that are kept; those that are messages themselves, with theirs. */
type Fields = ReadonlyMap<number, Fields | undefined>;

const fields = (...all: readonly (number | readonly [number, Fields])[]): Fields =>
  new Map(all.map((one) => (typeof one === 'number' ? [one, undefined] : one)));

const timestamp = fields(1, 2);
const secret = fields(1, 8);
const version = fields(1, [2, timestamp], 4, 7);
const none = fields();

/** What this package reads of answers. Source: the service's protocol, resources.proto and service.proto. */
const read: Readonly<Record<string, Fields>> = {
  ListSecrets: fields([1, fields(1)], 2),
  ListSecretVersions: fields([1, version], 2),
  AccessSecretVersion: fields(1, [2, fields(1, 2)]),
  GetSecret: secret,
  CreateSecret: secret,
  GetSecretVersion: version,
  AddSecretVersion: version,
  DeleteSecret: none,
  TestIamPermissions: fields(1),
};

/** Fields that are looked at, most of which are then left out: a page of secrets with all their labels and annotations. */
const mostFields = 262_144;
/** Fields that are kept: a page has some thousands. */
const mostKept = 16_384;

/**
 * Cuts answers down before the library decodes them, which takes a microsecond and more for every part, and no pause.
 * @param refused called with the reason when an answer is too large to be looked at
 */
export function judgeAnswers(
  { InterceptingCall }: typeof grpc,
  refused: (reason: BackendError) => void,
): grpc.Interceptor {
  return (options, nextCall) => {
    // Each call has a definition of its own.
    const { method_definition: method } = options;
    const decode = method.responseDeserialize;
    method.responseDeserialize = (message: Buffer) => {
      try {
        return decode(keepRead(method.path.slice(method.path.lastIndexOf('/') + 1), message));
      } catch (error) {
        if (BackendError.is(error)) refused(error);
        throw error;
      }
    };
    return new InterceptingCall(nextCall(options));
  };
}

/** @throws BackendError `too_large`, `bad_answer` */
export function keepRead(method: string, message: Uint8Array): Buffer {
  const limit = answerLimits.bytes[method.startsWith('List') ? 'list' : 'value'];
  if (message.byteLength > limit) throw tooLarge(method, `${limit} bytes`);
  return new Cutter(method).keep(message, read[method] ?? none);
}

class Cutter {
  readonly #method: string;
  #seen = 0;
  #kept = 0;

  constructor(method: string) {
    this.#method = method;
  }

  keep(message: Uint8Array, wanted: Fields): Buffer {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < message.byteLength;) {
      const start = at;
      const tag = readVarint(message, at);
      const number = Math.floor(tag.value / 8);
      const content = contentOf(message, tag.value % 8, tag.end);
      at = content.end;
      this.#count(wanted.has(number));
      const inner = wanted.get(number);
      if (inner === undefined) {
        if (wanted.has(number)) pieces.push(message.subarray(start, at));
      } else {
        const kept = this.keep(message.subarray(content.start, content.end), inner);
        pieces.push(message.subarray(start, tag.end), toVarint(kept.byteLength), kept);
      }
    }
    return Buffer.concat(pieces);
  }

  #count(isKept: boolean): void {
    this.#seen += 1;
    if (isKept) this.#kept += 1;
    if (this.#seen > mostFields) throw tooLarge(this.#method, `${mostFields} fields`);
    if (this.#kept > mostKept) throw tooLarge(this.#method, `${mostKept} names and values`);
  }
}

/** Of wire types without a length of their own. */
const fixedSizes: ReadonlyMap<number, number> = new Map([
  [1, 8],
  [5, 4],
]);

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Source: Protocol Buffers, "Encoding". */
function contentOf(message: Uint8Array, wireType: number, at: number): Span {
  if (wireType === 0) return { start: at, end: readVarint(message, at).end };
  const size = wireType === 2 ? readVarint(message, at) : { value: fixedSizes.get(wireType) ?? Infinity, end: at };
  const end = size.end + size.value;
  if (end > message.byteLength) throw noMessage();
  return { start: size.end, end };
}

/** Larger numbers than a length or a tag may have come out wrong, and are only passed over. */
function readVarint(message: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start; at < start + 10; at += 1) {
    const byte = message[at];
    if (byte === undefined) break;
    value += (byte & 127) * 2 ** (7 * (at - start));
    if (byte < 128) return { value, end: at + 1 };
  }
  throw noMessage();
}

function toVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

function tooLarge(method: string, limit: string): BackendError {
  return new BackendError('too_large', {
    detail: `the answer to ${method} was not taken: it has more than ${limit}`,
  });
}

function noMessage(): BackendError {
  return new BackendError('bad_answer', { detail: 'what came is not an answer of Secret Manager' });
}
