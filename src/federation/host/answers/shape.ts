import { ContractBreach } from './breach.ts';

/** An adapter's answer does not have the contract's shape. */
export function badAnswer(detail: string): ContractBreach {
  return new ContractBreach(detail);
}

export function isRecord(answer: unknown): answer is Readonly<Record<string, unknown>> {
  return typeof answer === 'object' && answer !== null;
}

/** @throws BackendError `bad_answer` */
export function record(answer: unknown, what: string): Readonly<Record<string, unknown>> {
  if (!isRecord(answer)) throw badAnswer(`${what} is not an object`);
  return answer;
}

/** @throws BackendError `bad_answer` */
export function array(answer: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(answer)) throw badAnswer(`${what} is not a list`);
  return answer;
}

/** @throws BackendError `bad_answer` */
export function anyText(answer: unknown, what: string): string {
  if (typeof answer !== 'string') throw badAnswer(`${what} is not text`);
  return answer;
}

/** @throws BackendError `bad_answer` */
export function text(answer: unknown, what: string): string {
  if (answer === '') throw badAnswer(`${what} is empty`);
  return anyText(answer, what);
}

/** @throws BackendError `bad_answer` */
export function optionalText(answer: unknown, what: string): string | undefined {
  return answer === undefined ? undefined : text(answer, what);
}

/** @throws BackendError `bad_answer` */
export function boolean(answer: unknown, what: string): boolean {
  if (typeof answer !== 'boolean') throw badAnswer(`${what} is neither true nor false`);
  return answer;
}
