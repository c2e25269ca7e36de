import * as z from 'zod';

export interface Image {
  readonly id: string;
  /** Where its programs are. */
  readonly searchPath: string | undefined;
}

const inspected = z.object({ Id: z.string(), Config: z.object({ Env: z.array(z.string()).nullish() }).nullish() });

/** @param json what the engine says about an image @throws ZodError or SyntaxError when it is not an image */
export function parseImage(json: string): Image {
  const { Id, Config } = inspected.parse(JSON.parse(json));
  return { id: Id, searchPath: Config?.Env?.find((line) => line.startsWith('PATH='))?.slice('PATH='.length) };
}
