import * as check from '../../api/checks.ts';

export interface Image {
  readonly id: string;
  /** The image's PATH. */
  readonly searchPath: string | undefined;
}

const nothing = check.oneOf(null);
const isInspected = check.object(
  { Id: check.text() },
  { Config: check.either(nothing, check.object({}, { Env: check.either(nothing, check.listOf(check.text())) })) },
);

/** @param json the engine's description of an image @throws ZodError or SyntaxError if it is not an image */
export function parseImage(json: string): Image {
  const image: unknown = JSON.parse(json);
  if (!isInspected(image)) throw new TypeError('the engine has described no image');
  const searchPath = image.Config?.Env?.find((line) => line.startsWith('PATH='))?.slice('PATH='.length);
  return { id: image.Id, searchPath };
}
