import * as z from 'zod';

export interface Image {
  readonly id: string;
  /** Where its programs lie. */
  readonly searchPath: string | undefined;
}

const inspected = z.object({ Id: z.string(), Config: z.object({ Env: z.array(z.string()).nullish() }).nullish() });

/** @param json what the engine tells of an image @throws ZodError or SyntaxError when it is not an image */
export function parseImage(json: string): Image {
  const { Id, Config } = inspected.parse(JSON.parse(json));
  return { id: Id, searchPath: Config?.Env?.find((line) => line.startsWith('PATH='))?.slice('PATH='.length) };
}
