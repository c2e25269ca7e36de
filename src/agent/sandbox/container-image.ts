import * as z from 'zod';

export interface Image {
  readonly id: string;
  /** The image's PATH. */
  readonly searchPath: string | undefined;
}

const inspected = z.object({ Id: z.string(), Config: z.object({ Env: z.array(z.string()).nullish() }).nullish() });

/** @param json the engine's description of an image @throws ZodError or SyntaxError if it is not an image */
export function parseImage(json: string): Image {
  const { Id, Config } = inspected.parse(JSON.parse(json));
  return { id: Id, searchPath: Config?.Env?.find((line) => line.startsWith('PATH='))?.slice('PATH='.length) };
}
