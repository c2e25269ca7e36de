/**
 * Part of every program that starts fast: runs a script of the folder `bundle` by the bytecode that was made of it when
 * it was published. A V8 of another version does not take that, and compiles the script.
 * @param {ImportMeta} program whose the script's own becomes, but for its place
 * @param {string} name of the script
 * @param {Readonly<Record<string, unknown>>} modules what it requires
 */
export function startBundle(program, name, modules = {}) {
  const [fs, path, vm] = ['fs', 'path', 'vm'].map((one) => process.getBuiltinModule(one));
  const dirname = path.join(program.dirname, '../bundle');
  const filename = path.join(dirname, `${name}.script`);
  const script = new vm.Script(fs.readFileSync(filename, 'utf8'), {
    filename,
    cachedData: fs.readFileSync(path.join(dirname, `${name}.bytecode`)),
  });
  const started = { exports: {} };
  const meta = { ...program, filename, dirname, importModule: (url) => import(url) };
  script.runInThisContext()(started, (one) => modules[one], meta);
  return started.exports;
}
