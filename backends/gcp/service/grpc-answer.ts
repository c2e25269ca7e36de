import { answerLimits, BackendError } from '@kici-dev/secret-backend';
import type { grpc } from 'google-gax';

/** The fields of a message that are kept; messages among them with their own fields. */
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

/** Limit for fields read, most of which are dropped: a page of secrets has all their labels and annotations. */
const mostFields = 262_144;
/** Limit for fields kept: a page has some thousands. */
const mostKept = 16_384;

/**
 * Strips answers down before the library decodes them, which takes over a microsecond per part without a pause.
 * @param refused called with the reason if an answer is too large
 */
export function judgeAnswers(
  { InterceptingCall }: typeof grpc,
  refused: (reason: BackendError) => void,
): grpc.Interceptor {
  return (options, nextCall) => {
    // Each call has its own definition.
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

/** For wire types of fixed length. */
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

/** Larger numbers than a length or tag may lose precision, but they are only skipped. */
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
    detail: `the answer to ${method} was rejected: it has more than ${limit}`,
  });
}

function noMessage(): BackendError {
  return new BackendError('bad_answer', { detail: 'the response is not one that Secret Manager sends' });
}
