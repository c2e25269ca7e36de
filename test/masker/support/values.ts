/** One value of each kind that tools write differently. */
export const valueClasses: Readonly<Record<string, string>> = {
  token: 'Zx8Kq-27_wLm.Tq9-Vb4tR2',
  specials: `pA5s!word"with'all#of$them%and&more(in)a*row+x,y;z<a>b=c?d@e[f]g\\h^i_j\`k{l|m}n~o:p/q end`,
  'non-ASCII': 'gehëim-ünd-länger-€uro-😀-ключ-9',
  controls: 'with-tab\tbell\u0007and-delete\u007f-or-none-of-it',
  'several lines': 'first line of it: 7f\nsecond "line", quoted\n  third line, indented\nlast line',
  key: [
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW',
    'QyNTUxOQAAACBH+Q7/v4tJm0xk7bXq8YzWn1o5u2PZc3dE6fRg9hTjKAAAAJjL8sVyS/L',
    'FcgAAAAtzc2gtZWQyNTUxOQAAACBH4tJm0xk7bXq8YzWn1o5u2PZc3dE6fRg9hTjKAbCd==',
    '-----END OPENSSH PRIVATE KEY-----',
    '',
  ].join('\n'),
  document: JSON.stringify(
    { type: 'service_account', project_id: 'shop-prod', api_key: 'sk_live_4eC39HqLyjWD/rjtT1zdp7dc', user: "o'neil" },
    undefined,
    2,
  ),
  quotes: `'two''and'''three\`\`of""all""them"`,
  '64 KiB': largeText(65_536),
  'four bytes': 'q7#K',
  'seven bytes': `a'7"c&9`,
};

/** No line like another, and everything in each that tools write differently. */
function largeText(bytes: number): string {
  const line = (index: number): string =>
    `${Math.imul(index + 1, 0x9e3779b1) >>> 0}: it's "${Math.imul(index + 7, 0x85ebca6b).toString(36)}" <b>50%</b> & $\\n größe €${index}!\n`;
  const text = Array.from({ length: bytes / 50 }, (_, index) => line(index)).join('');
  return Buffer.from(text).subarray(0, bytes).toString();
}

/** Another value of the same shape: what outputs for both share is not part of the value. */
export function unlike(value: string): string {
  // Only one leaf of the document is secret.
  if (value.startsWith('{'))
    return value.replace(/sk_live[^"]*/, (leaf) => leaf.replace(/[a-z]/g, 'w').replace(/\d/g, '3'));
  return unlikeText(value);
}

export function unlikeText(value: string): string {
  return value
    .split('\n')
    .map((line) =>
      line.startsWith('-----') ? line : line.replace(/[a-z]/g, 'w').replace(/[A-Z]/g, 'W').replace(/\d/g, '3'),
    )
    .join('\n');
}
