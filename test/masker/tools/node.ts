import { deepStrictEqual, strictEqual } from 'node:assert';
import { Console } from 'node:console';
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { format, inspect } from 'node:util';
import { stringify } from 'yaml';

/** How programs in Node.js print a value. */
export const nodeDialects: Readonly<Record<string, (value: string) => string>> = {
  'as it is': (value) => value,
  'JSON.stringify': (value) => JSON.stringify(value),
  'JSON.stringify, indented': (value) => JSON.stringify({ key: value }, undefined, 2),
  'JSON.stringify twice': (value) => JSON.stringify(JSON.stringify({ key: value })),
  'JSON in JSON in JSON': (value) => JSON.stringify({ a: JSON.stringify({ b: JSON.stringify(value).slice(1, -1) }) }),
  'JSON in single quotes of a shell': (value) =>
    `'${JSON.stringify({ key: value }).replaceAll("'", String.raw`'\''`)}'`,
  inspect: (value) => inspect(value),
  'inspect of an object': (value) => inspect({ key: value }),
  'inspect, all quotes': (value) => inspect(`'"\`${value}`).slice(4),
  'inspect of JSON': (value) => inspect(JSON.stringify({ key: value })),
  'inspect of an error': (value) => inspect(Object.assign(new Error('failed'), { stack: 'Error: failed', key: value })),
  'inspect of a program that failed': (value) =>
    inspect(Object.assign(new Error(`Command failed: deploy ${value}`), { stack: '', spawnargs: [value] })),
  'console.table': (value) => tableOf(value),
  'inspect with colours': (value) => inspect({ key: [value] }, { colors: true, breakLength: 20 }),
  'inspect of a buffer': (value) => inspect(Buffer.from(value)),
  'inspect of a list of buffers': (value) => inspect([Buffer.from(value), { key: Buffer.from(value) }]),
  'inspect of a map': (value) => inspect(new Map([[value, [value]]])),
  'inspect of a list': (value) => inspect([value, [value, value]]),
  'format %j': (value) => format('%j', { key: value }),
  'format %o': (value) => format('failed with %s and %o', value, { key: value }),
  'error of JSON.parse': (value) => afterToken(() => JSON.parse(value)),
  'error of JSON.parse, in a longer text': (value) => afterToken(() => JSON.parse(`{"key": ${value}}`)),
  'error of URL': (value) => errorOf(() => new URL(value)),
  'error of fs': (value) => errorOf(() => readFileSync(`/nowhere/${value}`)),
  'error of strictEqual': (value) => errorOf(() => strictEqual(value, 'expected')),
  'error of deepStrictEqual': (value) => errorOf(() => deepStrictEqual({ key: value, other: [value] }, { key: 'x' })),
  'error of an argument': (value) =>
    errorOf(() => Reflect.apply((size: number) => Buffer.alloc(size), undefined, [value])),
  encodeURIComponent: (value) => encodeURIComponent(value),
  encodeURI: (value) => encodeURI(value),
  'encodeURIComponent of JSON': (value) => encodeURIComponent(JSON.stringify(value)),
  'encodeURIComponent twice': (value) => encodeURIComponent(encodeURIComponent(value)),
  URLSearchParams: (value) => new URLSearchParams({ key: value }).toString(),
  'user information of URL': (value) => passwordOf(value),
  'query of URL': (value) => urlOf(value, 'search'),
  'path of URL': (value) => urlOf(value, 'pathname'),
  'fragment of URL': (value) => urlOf(value, 'hash'),
  'yaml, plain': (value) => stringify({ key: value }),
  'yaml, double quotes': (value) => stringify({ key: value }, { defaultStringType: 'QUOTE_DOUBLE' }),
  'yaml, single quotes': (value) => stringify({ key: value }, { defaultStringType: 'QUOTE_SINGLE' }),
  base64: (value) => Buffer.from(value).toString('base64'),
  base64url: (value) => Buffer.from(`user:${value}`).toString('base64url'),
  'base64 in JSON in a URL': (value) => encodeURIComponent(JSON.stringify(Buffer.from(value).toString('base64'))),
  'base64 of base64': (value) => Buffer.from(Buffer.from(value).toString('base64')).toString('base64'),
  hex: (value) => Buffer.from(value).toString('hex'),
  'UTF-16 base64': (value) => Buffer.from(`é ${value}`, 'utf16le').toString('base64'),
};

/** As an uncaught one is printed, without its stack. */
function errorOf(fail: () => unknown): string {
  try {
    fail();
  } catch (error) {
    if (error instanceof Error) return inspect(Object.assign(error, { stack: `${error.name}: ${error.message}` }));
  }
  return '';
}

/** Without the one character that it could not read. */
function afterToken(fail: () => unknown): string {
  return errorOf(fail).replace(/Unexpected token '.+?', /su, '');
}

function tableOf(value: string): string {
  const stream = new PassThrough();
  new Console(stream).table([{ key: value }]);
  return String(stream.read());
}

function passwordOf(value: string): string {
  const url = new URL('https://host/');
  url.password = value;
  return url.password;
}

/** These cut at what ends their part of a URL, so the rest of the value is written elsewhere. */
function urlOf(value: string, part: 'search' | 'pathname' | 'hash'): string {
  const url = new URL('https://host/');
  url[part] = value;
  return url[part];
}
