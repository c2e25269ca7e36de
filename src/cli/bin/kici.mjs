#!/usr/bin/env node
// Plain JavaScript, so that an older Node can still say what is wrong.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `kici needs Node.js 24 or newer; this is ${process.versions.node}. In a checkout, \`npx kici\` brings its own.\n`,
  );
  process.exitCode = 2;
} else {
  const args = process.argv.slice(2);
  const { launchEarly } = await import('../kici/early.ts');
  const early = launchEarly(args);
  const { main } = await import('../kici/main.ts');
  process.exitCode = await main(args, { early });
}
