/**
 * An error with a code of a closed set, a sentence, and what to do next. Each room that has its own failures declares
 * one subclass with its codes.
 */
export abstract class CodedError<Code extends string> extends Error {
  abstract override readonly name: string;
  readonly code: Code;
  readonly hint: string;

  constructor(code: Code, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
