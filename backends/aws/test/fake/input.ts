import { invalid } from './refusal.ts';

/** The members of a request, checked against their types in the API model. */
export class Input {
  readonly #members: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('the request is not an object');
    this.#members = { ...body };
  }

  text(name: string): string {
    return this.maybeText(name) ?? fail(name);
  }

  maybeText(name: string): string | undefined {
    const value = this.#members[name];
    return value === undefined || typeof value === 'string' ? value : fail(name);
  }

  maybeNumber(name: string): number | undefined {
    const value = this.#members[name];
    return value === undefined || typeof value === 'number' ? value : fail(name);
  }

  flag(name: string): boolean {
    return this.#members[name] === true;
  }

  maybeTexts(name: string): readonly string[] | undefined {
    const value = this.#members[name];
    if (value === undefined) return undefined;
    return Array.isArray(value)
      ? value.map((item: unknown) => (typeof item === 'string' ? item : fail(name)))
      : fail(name);
  }

  inputs(name: string): readonly Input[] {
    const value = this.#members[name] ?? [];
    return Array.isArray(value) ? value.map((item: unknown) => new Input(item)) : fail(name);
  }
}

function fail(name: string): never {
  throw invalid(`the member ${name} is missing or of another type`);
}
