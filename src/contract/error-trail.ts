import { BackendError } from './backend-error.ts';

const mostErrors = 5;
/**
 * Codes of Node.js, its HTTP parser, undici, fastify, SQLite and the operating system. Any other could hold anything.
 */
const knownCode = /^(?:(?:ERR|UND_ERR|FST_ERR|HPE|SQLITE|EAI)_[A-Z0-9_]{1,60}|E[A-Z0-9]{2,14})$/;
/** What a database server says (SQLSTATE), in errors of these classes. */
const serverCode = /^\d{2}[A-Z\d]{3}$/;
const serverError = /^Database(?:Unavailable)?Error$/;
const frame =
  /^ {4}at (?:async )?(?:([\w$.<>#]+(?: [\w$.<>#]+)?) (?:\[as [^\]]*\] )?)?\(?(?:file:\/\/)?([^()]+:\d+:\d+)\)?$/;

/**
 * Where an error came from, for debugging: its class, its code, and the function, file and line of each stack frame;
 * then the same for its causes. No message, since it may hold a value.
 */
export function errorTrail(error: unknown): string {
  try {
    return withCauses(error)
      .map((each, index) => `${index === 0 ? '' : 'caused by '}${[headOf(each), ...framesOf(each)].join('\n')}`)
      .join('\n');
  } catch {
    return 'an error that cannot be looked into';
  }
}

function withCauses(error: unknown): readonly unknown[] {
  const found = [error];
  for (let index = 0; index < found.length && index < mostErrors; index += 1) {
    const each = found[index];
    if (!(each instanceof Error)) continue;
    if (each.cause !== undefined) found.push(each.cause);
    if (each instanceof AggregateError) found.push(...each.errors);
  }
  return found.slice(0, mostErrors);
}

function headOf(error: unknown): string {
  if (!(error instanceof Error)) return `a thrown ${typeof error}`;
  const { name } = error.constructor;
  const known = BackendError.is(error) ? [error.code, error.reason] : [codeOf(error), sqliteCodeOf(error)];
  return [/^[\w$]{1,60}$/.test(name) ? name : 'Error', ...known.filter((code) => code !== undefined)].join(' ');
}

function codeOf(error: Error): string | undefined {
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return undefined;
  const isKnown = knownCode.test(code) || (serverCode.test(code) && serverError.test(error.constructor.name));
  return isKnown ? code : undefined;
}

function sqliteCodeOf(error: Error): number | undefined {
  const code: unknown = codeOf(error) === 'ERR_SQLITE_ERROR' && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** A message may contain lines that look like frames, so only what follows the message counts. */
function framesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return [];
  const at = error.stack.indexOf(error.message);
  if (at < 0) return [];
  return error.stack
    .slice(at + error.message.length)
    .split('\n')
    .flatMap((line) => {
      const [, called = '', place] = frame.exec(line) ?? [];
      return place === undefined || place.startsWith('node:') ? [] : [`    at ${called} (${shortened(place)})`];
    });
}

/** Keeps the package path, or the last folders: enough to find the file without revealing the machine's layout. */
function shortened(place: string): string {
  const inside = place.lastIndexOf('/node_modules/');
  return inside >= 0 ? place.slice(inside + 1) : place.split('/').slice(-4).join('/');
}
