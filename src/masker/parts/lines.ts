const minLineBytes = 8;
const armour = /^-----(BEGIN|END) ([A-Z0-9 ]+)-----$/;
/** The contents of these blocks are public, and occur in other files too. */
const publicBlock = /CERTIFICATE|PUBLIC KEY|X509 CRL|PARAMETERS/;

/**
 * The lines of text that are masked individually, since output is often cut or indented by line. Armour is not secret,
 * and occurs in certificates too; nor is a certificate, unless there is nothing else.
 */
export function linesOf(text: string): readonly string[] {
  const lines = split(text);
  if (lines.length === 1) return [];
  const secret = withoutPublicBlocks(lines);
  const kept = secret.length > 0 ? secret : lines.filter((line) => !armour.test(line));
  return kept.filter((line) => Buffer.byteLength(line) >= minLineBytes);
}

/** The lines joined into one, with and without blanks in between. */
export function joinedLines(text: string): readonly string[] {
  const filled = split(text).filter((line) => line !== '');
  return filled.length > 1 ? [filled.join(' '), filled.join('')] : [];
}

/** What programs read whose line ends are written as escapes: SOPS writes dotenv so. */
export function withLineEnds(text: string): string {
  return text.replace(/(?:\\r)?\\n/g, '\n');
}

/** The words with one blank in between, as a shell writes what it expands without quotes, and HTML what it shows. */
export function joinedWords(text: string): string {
  return text.split(/[ \t\r\n]+/).join(' ');
}

function split(text: string): string[] {
  return text.split(/\r\n|\r|\n/).map((line) => line.trim());
}

function withoutPublicBlocks(lines: readonly string[]): readonly string[] {
  let isPublic = false;
  return lines.filter((line) => {
    const [isArmour, edge = '', kind = ''] = armour.exec(line) ?? [];
    if (isArmour !== undefined) isPublic = edge === 'BEGIN' && publicBlock.test(kind);
    return isArmour === undefined && !isPublic && line !== '';
  });
}

const privateBlock = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----((?:(?!-----)[\s\S])*)-----END /g;
const headerOfBlock = /^[A-Za-z-]+: .*(?:\r?\n[ \t].*)*$/gm;
/** What most programs write, whatever layout they have read. */
const columns = /[^]{1,64}/g;

/** Each private key's base64 in one line, and in the usual lines: it may be printed in another layout than stored. */
export function keyBodies(text: string): readonly { readonly body: string; readonly lines: readonly string[] }[] {
  return [...text.matchAll(privateBlock)].map(([, inside = '']) => {
    const body = inside.replace(headerOfBlock, '').replace(/\\[nrt]|[^A-Za-z0-9+/=]/g, '');
    return { body, lines: (body.match(columns) ?? []).filter((line) => line.length >= minLineBytes) };
  });
}
