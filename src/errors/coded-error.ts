/**
 * An error that speaks for itself: one of a closed set of codes, a sentence, and what to do next. Every room that
 * fails in ways of its own declares one subclass with its codes.
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
