import { readFileSync } from 'node:fs';

export const page = readFileSync(new URL('../../../../docs/backends/aws.md', import.meta.url), 'utf8');

interface Policy {
  readonly text: string;
  readonly actions: readonly string[];
}

/** The policy under a heading of the page. */
export function documentedPolicy(heading: string): Policy {
  const [, text] = new RegExp(`^### ${heading}$[^#]*?\`\`\`json\\n([^\`]+)\`\`\``, 'm').exec(page) ?? [];
  if (text === undefined) throw new Error(`docs/backends/aws.md has no policy under "${heading}"`);
  const policy: unknown = JSON.parse(text);
  return {
    text: JSON.stringify(policy),
    actions: [...text.matchAll(/"secretsmanager:([A-Za-z]+)"/g)].map(([, action = '']) => action),
  };
}
