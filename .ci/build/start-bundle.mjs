/**
 * Part of every program that starts fast: runs a script of the folder `bundle` by the bytecode that was made of it when
 * it was published, or compiles it where that is not certainly its own (`bytecodeOf`) or V8 runs under other flags.
 * @param {ImportMeta} program whose the script's own becomes, but for its place
 * @param {string} name of the script
 * @param {Readonly<Record<string, unknown>>} modules what it requires
 */
export function startBundle(program, name, modules = {}) {
  const [fs, path, vm] = ['fs', 'path', 'vm'].map((one) => process.getBuiltinModule(one));
  const dirname = path.join(program.dirname, '../bundle');
  const filename = path.join(dirname, `${name}.script`);
  const source = fs.readFileSync(filename);
  const script = new vm.Script(source.toString(), {
    filename,
    cachedData: bytecodeOf(source, path.join(dirname, name)),
  });
  const started = { exports: {} };
  const meta = { ...program, filename, dirname, importModule: (url) => import(url) };
  script.runInThisContext()(started, (one) => modules[one], meta);
  return started.exports;
}

/**
 * V8 compares its version, its flags and the length of the script, and crashes on bytecode that is damaged or of
 * another processor. So the stamp beside it must name this Node.js, this platform and every byte of both.
 */
function bytecodeOf(source, file) {
  const [fs, zlib] = ['fs', 'zlib'].map((one) => process.getBuiltinModule(one));
  try {
    const bytecode = fs.readFileSync(`${file}.bytecode`);
    const checksum = zlib.crc32(source, zlib.crc32(bytecode));
    const stamp = [process.version, process.platform, process.arch, checksum].join(' ');
    return fs.readFileSync(`${file}.stamp`, 'latin1') === stamp ? bytecode : undefined;
  } catch {
    return undefined;
  }
}
