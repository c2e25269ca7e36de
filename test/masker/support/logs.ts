/**
 * Lines as builds, tests, package managers, servers and clusters print them, with words that secret documents have too.
 */
const lines: readonly ((index: number) => string)[] = [
  (index) =>
    `2026-01-02T03:04:${String(index % 60).padStart(2, '0')}.${index % 1_000}Z INFO  [worker-${index % 7}] step ${index}: compiled in ${index % 977} ms`,
  (index) => `added ${index % 400} packages, and audited ${index % 900} packages in ${index % 60}s`,
  (index) =>
    `\u001b[32m✓\u001b[39m test/orchestrator/access.test.ts \u001b[2m(${index % 40} tests)\u001b[22m ${index % 3_000}ms`,
  (index) => `npm http fetch GET 200 https://registry.example.com/package-${index} ${index % 500}ms (cache hit)`,
  (index) =>
    `{"level":"info","ts":${1_767_322_800 + index},"caller":"server/http.go:${index % 400}","msg":"request","status":200,"path":"/api/v1/orders/${index}"}`,
  (index) =>
    `kind: Deployment\napiVersion: apps/v1\nmetadata:\n  name: web-${index}\n  namespace: production\nspec:\n  replicas: ${index % 9}`,
  (index) =>
    `commit ${(index * 2_654_435_761).toString(16).padStart(40, '0a1b2c3d4e5f')}\nAuthor: Deployer <deploy@shop-production.example.com>\n\n    Raise the limit of connections`,
  (index) =>
    `diff --git a/src/file${index}.ts b/src/file${index}.ts\n@@ -${index % 90},6 +${index % 90},7 @@\n+  const password = await ctx.secrets.get('DATABASE_PASSWORD');\n-  const token = undefined;`,
  (index) => `[${index}/4096] Building CXX object CMakeFiles/core.dir/src/module_${index}.cpp.o`,
  (index) =>
    `\rDownloading layer ${index % 12}: ${index % 100}% [${'='.repeat(index % 40)}>${' '.repeat(40 - (index % 40))}]`,
  (index) =>
    `172.17.0.${index % 255} - - [02/Jan/2026:03:04:05 +0000] "GET /healthz?sv=2024-01-01 HTTP/1.1" 200 ${index % 5_000}`,
  (index) => `    at Object.request (/home/runner/work/app/node_modules/undici/lib/api.js:${index}:11)`,
  (index) => `DATABASE_HOST=db.example.com PORT=8080 NODE_ENV=production REGION=eu-central-1 run ${index}`,
  (index) =>
    `-----BEGIN CERTIFICATE-----\n${Buffer.from(`certificate ${index} of a server`).toString('base64')}\n-----END CERTIFICATE-----`,
  (index) => `Step ${index % 30}/30 : RUN apt-get install -y --no-install-recommends ca-certificates postgresql-client`,
  (index) =>
    `error: password authentication failed for user "deployer" (attempt ${index}); required: sslmode=require, default`,
];

/** About this many bytes of them, in megabytes. */
export function* logs(bytes: number): Generator<string> {
  const each = 1_000_000;
  for (let given = 0, index = 0; given < bytes; given += each) {
    let text = '';
    for (; text.length < each; index += 1)
      text += `${lines[(index * 7 + (index >> 4)) % lines.length]?.(index) ?? ''}\n`;
    yield text;
  }
}
