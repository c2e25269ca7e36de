import { readFileSync, readdirSync, statSync } from 'node:fs';
const files = readdirSync('/tmp/kprof')
  .filter((f) => f.endsWith('.cpuprofile'))
  .map((f) => '/tmp/kprof/' + f)
  .sort((a, b) => statSync(b).size - statSync(a).size);
const p = JSON.parse(readFileSync(files[0]!, 'utf8'));
const byId = new Map<number, any>(p.nodes.map((n: any) => [n.id, n]));
const parent = new Map<number, number>();
for (const n of p.nodes) for (const c of n.children ?? []) parent.set(c, n.id);
const self = new Map<number, number>();
p.samples.forEach((id: number, i: number) => self.set(id, (self.get(id) ?? 0) + p.timeDeltas[i]));
const name = (n: any) =>
  `${n.callFrame.functionName || '(anon)'} ${n.callFrame.url.replace(/.*wt-server\//, '').replace(/.*node_modules/, 'nm')}:${n.callFrame.lineNumber + 1}`;
const selfBy = new Map<string, number>(),
  totalBy = new Map<string, number>(),
  fileBy = new Map<string, number>();
let total = 0;
// only samples after load start: skip first 40% of time
const startT = p.samples.length * 0.3;
self.clear();
p.samples.forEach((id: number, i: number) => {
  if (i > startT) self.set(id, (self.get(id) ?? 0) + p.timeDeltas[i]);
});
for (const [id, t] of self) {
  const n = byId.get(id)!;
  if (n.callFrame.functionName === '(idle)') continue;
  total += t;
  selfBy.set(name(n), (selfBy.get(name(n)) ?? 0) + t);
  const f =
    n.callFrame.url
      .replace(/.*wt-server\//, '')
      .replace(/.*node_modules\//, 'nm/')
      .replace(/^(nm\/[^/]+).*/, '$1') || n.callFrame.functionName;
  fileBy.set(f, (fileBy.get(f) ?? 0) + t);
  const seen = new Set<string>();
  for (let c: number | undefined = id; c !== undefined; c = parent.get(c)) {
    const k = name(byId.get(c)!);
    if (!seen.has(k)) {
      seen.add(k);
      totalBy.set(k, (totalBy.get(k) ?? 0) + t);
    }
  }
}
const top = (m: Map<string, number>, k: number) =>
  [...m]
    .sort((a, b) => b[1] - a[1])
    .slice(0, k)
    .map(([n, t]) => `${((t / total) * 100).toFixed(1).padStart(5)} ${n}`)
    .join('\n');
console.log('SELF\n' + top(selfBy, 45));
console.log('FILE\n' + top(fileBy, 40));
console.log('TOTAL\n' + top(totalBy, 90));
