import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

export const root: string = join(import.meta.dirname, '../..');

export interface Page {
  /** Relative to the checkout. */
  readonly path: string;
  readonly text: string;
}

/** Every page of the project. */
export async function readPages(): Promise<readonly Page[]> {
  const folders = ['docs', 'src', 'backends', 'examples'];
  const below = await Promise.all(folders.map((folder) => readdir(join(root, folder), { recursive: true })));
  const files = folders.flatMap((folder, index) => (below[index] ?? []).map((file) => join(root, folder, file)));
  const top = (await readdir(root)).map((file) => join(root, file));
  const pages = [...top, ...files].filter((file) => file.endsWith('.md') && !file.includes('node_modules'));
  return Promise.all(pages.map(async (file) => ({ path: relative(root, file), text: await readFile(file, 'utf8') })));
}

/** Fenced blocks that are not program text. */
export function shellBlocks({ text }: Page): readonly string[] {
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)]
    .filter(([, language = '']) => ['', 'sh', 'bash', 'console'].includes(language))
    .map(([, , block = '']) => block);
}

/** Their lines, continued lines joined and comments gone. */
export function shellLines(page: Page): readonly string[] {
  return shellBlocks(page)
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .map((line) =>
      line
        .replace(/\s+#\s.*$/, '')
        .replace(/^\$ /, '')
        .trim(),
    );
}

/** Code within a sentence. */
export function codeSpans({ text }: Page): readonly string[] {
  return [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].flatMap(([, code]) => code ?? []);
}

const program = /^(?:[A-Z_]+=(?:\$\([^)]*\)|\S+) +)*(?:npx +)?(kici|kici-admin|kici-orchestrator)(?= |$)/;

export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
}

/** Our commands in a line of shell: each part of a pipeline or list separately, without redirections. */
export function commandsIn(line: string): readonly CommandLine[] {
  return splitShell(line).flatMap((part) => {
    const [head, name] = program.exec(part) ?? [];
    if (head === undefined || name === undefined) return [];
    return [{ program: name, args: words(part.slice(head.length).replace(/ [0-9]?>.*$/, '')) }];
  });
}

/** Splits at `|`, `&&`, `;` and `&`, but not within quotes, `<…>` or `$(…)`. */
function splitShell(line: string): readonly string[] {
  const parts = [...line.matchAll(/(?:'[^']*'|"[^"]*"|\$\([^)]*\)|<[^>]*>|[^|&;'"])+/g)];
  return parts.map(([part]) => part.trim());
}

function words(text: string): readonly string[] {
  return [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replaceAll(
      /'([^']*)'|"([^"]*)"/g,
      (_, single: string | undefined, double: string | undefined) => single ?? double ?? '',
    ),
  );
}
