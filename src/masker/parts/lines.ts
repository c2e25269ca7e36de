const minLineBytes = 8;
const armour = /^-----(BEGIN|END) ([A-Z0-9 ]+)-----$/;
/** Of these blocks everybody may know the contents, and other files hold them too. */
const publicBlock = /CERTIFICATE|PUBLIC KEY|X509 CRL|PARAMETERS/;

/**
 * The lines of text that are to be masked by themselves: output is often cut or indented line by line. Armour is no
 * secret, and stands in certificates too; nor is a certificate, unless it is all that there is.
 */
export function linesOf(text: string): readonly string[] {
  const lines = split(text);
  if (lines.length === 1) return [];
  const secret = withoutPublicBlocks(lines);
  const kept = secret.length > 0 ? secret : lines.filter((line) => !armour.test(line));
  return kept.filter((line) => Buffer.byteLength(line) >= minLineBytes);
}

/** The lines in one, as what is not quoted in a shell ends up. */
export function joinedLines(text: string): readonly string[] {
  const filled = split(text).filter((line) => line !== '');
  return filled.length > 1 ? [filled.join(' '), filled.join('')] : [];
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
