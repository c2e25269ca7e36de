import { readFileSync } from 'node:fs';

const page = new URL('../../../../docs/backends/vault.md', import.meta.url);

/** The policies in the documentation, by the heading above them. */
export function documentedPolicy(heading: string, mount: string): string {
  const section = readFileSync(page, 'utf8')
    .split(/^### /m)
    .find((part) => part.startsWith(`${heading}\n`));
  const block = section === undefined ? null : /```hcl\n([\s\S]*?)```/.exec(section);
  if (block?.[1] === undefined) throw new Error(`docs/backends/vault.md has no policy under "${heading}"`);
  return block[1].replaceAll('"secret/', `"${mount}/`);
}
