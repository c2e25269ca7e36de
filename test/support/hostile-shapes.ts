/** JSON values built to keep a parser busy, each of about the given size. */
export const hostileShapes: Readonly<Record<string, (bytes: number) => string>> = {
  'one long text': (bytes) => `"${'x'.repeat(bytes)}"`,
  'one text of escapes': (bytes) => `"${repeated('\\u0041', bytes)}"`,
  'a tower of lists': (bytes) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2),
  'a tower of objects': (bytes) => `${repeated('{"a":', bytes)}1${'}'.repeat(Math.floor(bytes / 5))}`,
  'a list of numbers': (bytes) => list('1', bytes),
  'a list of numbers with digits to keep': (bytes) => list('1.0', bytes),
  'a list of empty lists': (bytes) => list('[]', bytes),
  'a list of empty objects': (bytes) => list('{}', bytes),
  'a list of empty texts': (bytes) => list('""', bytes),
  'a list of short texts, all different': (bytes) => listOf((at) => `"${at.toString(36)}"`, bytes),
  'a list of names': (bytes) => listOf((at) => `"service-${at}-password"`, bytes),
  'an object of many keys': (bytes) => `{${listOf((at) => `"k${at.toString(36)}":1`, bytes).slice(1, -1)}}`,
  'an object with one key many times': (bytes) => `{${list('"a":1', bytes).slice(1, -1)}}`,
  'objects of many shapes': (bytes) => listOf((at) => `{"a${at}":1,"b${at}":2}`, bytes),
  'one number of many digits': (bytes) => '1'.repeat(bytes),
  'white space': (bytes) => `${' '.repeat(bytes)}1`,
};

function repeated(part: string, bytes: number): string {
  return part.repeat(Math.floor(bytes / part.length));
}

function list(item: string, bytes: number): string {
  return `[${repeated(`${item},`, bytes)}${item}]`;
}

function listOf(itemAt: (at: number) => string, bytes: number): string {
  const items: string[] = [];
  for (let length = 0; length < bytes;) {
    const item = itemAt(items.length);
    items.push(item);
    length += item.length + 1;
  }
  return `[${items.join(',')}]`;
}
