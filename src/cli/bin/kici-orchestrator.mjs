#!/usr/bin/env node
// Plain JavaScript, so that an older Node can still say what is wrong.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `kici-orchestrator needs Node.js 24 or newer; this is ${process.versions.node}. In a checkout, \`npx kici-orchestrator\` brings its own.\n`,
  );
  process.exitCode = 2;
} else {
  const { main } = await import('../orchestrator/main.ts');
  process.exitCode = await main(process.argv.slice(2));
  // What nobody reads from standard output would keep the process for ever.
  setTimeout(() => process.exit(), 2_000).unref();
}
