import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { protobuf } from 'google-gax';
import type { Message } from './methods.ts';

const require = createRequire(import.meta.url);
/** The protocol as the client library ships it. */
const root = protobuf.Root.fromJSON(
  JSON.parse(readFileSync(require.resolve('@google-cloud/secret-manager/build/protos/protos.json'), 'utf8')),
);
const service = root.lookupService('google.cloud.secretmanager.v1.SecretManagerService');

export interface Route {
  readonly method: string;
  readonly verb: string;
  /** Matches the path; its groups are the pattern's fields, in order. */
  readonly pattern: RegExp;
  readonly fields: readonly string[];
  /** `*`: the whole request; `undefined`: none. */
  readonly body: string | undefined;
}

/** The REST routes, from the `google.api.http` rules. */
export const routes: readonly Route[] = Object.entries(service.methods).flatMap(([method, { options = {} }]) => {
  const bindings = ['(google.api.http)', '(google.api.http).additional_bindings'];
  return bindings.flatMap((prefix) =>
    ['get', 'post', 'patch', 'delete'].flatMap((verb) => {
      const path: unknown = options[`${prefix}.${verb}`];
      return typeof path === 'string'
        ? [{ method, verb: verb.toUpperCase(), ...compile(path), body: textOption(options[`${prefix}.body`]) }]
        : [];
    }),
  );
});

function textOption(option: unknown): string | undefined {
  return typeof option === 'string' ? option : undefined;
}

function compile(path: string): { pattern: RegExp; fields: string[] } {
  const fields: string[] = [];
  const source = path.replaceAll(/\{([^=]+)=([^}]+)\}/g, (_, field: string, pattern: string) => {
    fields.push(field);
    return `(${pattern.replaceAll('*', '[^/:]+')})`;
  });
  return { pattern: new RegExp(`^${source}$`), fields };
}

export function decodeRequest(method: string, bytes: Uint8Array): Message {
  const type = typesOf(method).request;
  return fromWire(
    type.toObject(type.decode(bytes), { longs: String, enums: String, bytes: Buffer, defaults: false }),
    type,
  );
}

export function encodeResponse(method: string, message: Message): Uint8Array {
  const type = typesOf(method).response;
  return type.encode(type.fromObject(toWire(message))).finish();
}

export function hasMethod(method: string): boolean {
  return Object.hasOwn(service.methods, method);
}

function typesOf(method: string) {
  const { requestType, responseType } = service.methods[method] ?? unknownMethod(method);
  return { request: service.lookupType(requestType), response: service.lookupType(responseType) };
}

function unknownMethod(method: string): never {
  throw new TypeError(`no such method: ${method}`);
}

/** Turns 64-bit integers into bigint; the rest stays as protobuf.js returns it. */
function fromWire(value: object, type: protobuf.Type): Message {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => {
      const field = type.fields[name];
      if (field?.type === 'int64' && typeof each === 'string') return [name, BigInt(each)];
      const nested = field?.resolve().resolvedType;
      return [
        name,
        nested instanceof protobuf.Type && typeof each === 'object' && each !== null && !Array.isArray(each)
          ? fromWire(each, nested)
          : each,
      ];
    }),
  );
}

function toWire(value: Message): Record<string, unknown> {
  const convert = (each: unknown): unknown => {
    if (each instanceof Date)
      return { seconds: Math.floor(each.getTime() / 1000), nanos: (each.getTime() % 1000) * 1_000_000 };
    if (typeof each === 'bigint') return String(each);
    if (Array.isArray(each)) return each.map(convert);
    return typeof each === 'object' && each !== null && !Buffer.isBuffer(each)
      ? toWire(Object.fromEntries(Object.entries(each)))
      : each;
  };
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, convert(each)]));
}

/** A RetryInfo inside a google.rpc.Status, as the trailer `grpc-status-details-bin` carries it. */
export function encodeRetryInfo(code: number, message: string, seconds: number): Buffer {
  const types = protobuf.Root.fromJSON(
    JSON.parse(readFileSync(join(dirname(require.resolve('google-gax')), '../protos/status.json'), 'utf8')),
  );
  const retryInfo = types.lookupType('google.rpc.RetryInfo');
  const status = types.lookupType('google.rpc.Status');
  const details = [
    {
      type_url: 'type.googleapis.com/google.rpc.RetryInfo',
      value: retryInfo.encode(retryInfo.fromObject({ retryDelay: { seconds } })).finish(),
    },
  ];
  return Buffer.from(status.encode(status.create({ code, message, details })).finish());
}
