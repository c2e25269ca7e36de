import type { Command } from 'commander';
import { completionNodes, type CompletionNode, type CompletionOption } from './tree.ts';

export type CompletionShell = 'bash' | 'zsh' | 'fish';

/** A self-contained script: everything that can be typed is in it, so it never calls the program. */
export function completionScript(shell: CompletionShell, program: Command): string {
  const nodes = completionNodes(program);
  const name = program.name();
  switch (shell) {
    case 'bash':
      return bash(name, nodes);
    case 'zsh':
      return zsh(name, nodes);
    case 'fish':
      return fish(name, nodes);
  }
}

function bash(name: string, nodes: readonly CompletionNode[]): string {
  const fn = `_${name.replaceAll('-', '_')}`;
  return `# bash completion of ${name}
${fn}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path= word words=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path/$word" in
      ${paths(nodes)}) path="$path/$word" ;;
    esac
  done
  case "$previous" in
${wordCases(nodes, { files: 'COMPREPLY=($(compgen -f -- "$current")); return', words: (list) => `COMPREPLY=($(compgen -W '${list}' -- "$current")); return`, other: 'return' })}
  esac
  case "$path" in
${nodes.map((node) => `    '${node.path}') words='${followers(node).join(' ')}' ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F ${fn} ${name}`;
}

function zsh(name: string, nodes: readonly CompletionNode[]): string {
  const fn = `_${name}`;
  const described = (node: CompletionNode): string =>
    [
      ...node.subcommands.map((child) => [child.name, child.description] as const),
      ...node.options.map((option) => [option.long, option.description] as const),
    ]
      .map(([word, description]) => quoted(`${word}:${description.replaceAll(':', '\\:')}`))
      .join(' ');
  return `#compdef ${name}
${fn}() {
  local current_path= word
  local -a items
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$current_path/$word" in
      ${paths(nodes)}) current_path="$current_path/$word" ;;
    esac
  done
  case "\${words[CURRENT-1]}" in
${wordCases(nodes, { files: '_files; return', words: (list) => `compadd -- ${list}; return`, other: 'return' })}
  esac
  case "$current_path" in
${nodes.map((node) => `    '${node.path}') items=(${described(node)}) ;;`).join('\n')}
  esac
  _describe '${name}' items
}
if [ "$funcstack[1]" = "${fn}" ]; then ${fn} "$@"; else compdef ${fn} ${name}; fi`;
}

function fish(name: string, nodes: readonly CompletionNode[]): string {
  const at = `__${name.replaceAll('-', '_')}_at`;
  const line = (node: CompletionNode, rest: string): string => `complete -c ${name} -n "${at} '${node.path}'" ${rest}`;
  return `# fish completion of ${name}
function ${at}
  set -l path ''
  for word in (commandline -opc)[2..]
    switch "$path/$word"
      case ${nodes.flatMap((node) => (node.path === '' ? [] : [`'${node.path}'`])).join(' ')}
        set path "$path/$word"
    end
  end
  test "$path" = "$argv[1]"
end
complete -c ${name} -f
${nodes
  .flatMap((node) => [
    ...node.subcommands.map((child) => line(node, `-a ${child.name} -d ${quoted(child.description)}`)),
    ...node.options.map((option) =>
      line(node, `-l ${option.long.slice(2)} -d ${quoted(option.description)}${fishWord(option)}`),
    ),
  ])
  .join('\n')}`;
}

function fishWord(option: CompletionOption): string {
  if (option.choices.length > 0) return ` -x -a '${option.choices.join(' ')}'`;
  return option.takesFile ? ' -r -F' : option.takesWord ? ' -x' : '';
}

function paths(nodes: readonly CompletionNode[]): string {
  return nodes.flatMap((node) => (node.path === '' ? [] : [node.path])).join('|');
}

function followers(node: CompletionNode): string[] {
  return [...node.subcommands.map((child) => child.name), ...node.options.map((option) => option.long)];
}

/** Completions after an option that takes a word, in the syntax that bash and zsh share. */
function wordCases(
  nodes: readonly CompletionNode[],
  write: { files: string; words: (list: string) => string; other: string },
): string {
  const options = [
    ...new Map(
      nodes
        .flatMap((node) => node.options)
        .filter((option) => option.takesWord)
        .map((option) => [option.long, option]),
    ).values(),
  ];
  const files = options.filter((option) => option.takesFile).map((option) => option.long);
  const chosen = options.filter((option) => option.choices.length > 0);
  const others = options
    .filter((option) => !option.takesFile && option.choices.length === 0)
    .map((option) => option.long);
  return [
    `    ${files.join('|')}) ${write.files} ;;`,
    ...chosen.map((option) => `    ${option.long}) ${write.words(option.choices.join(' '))} ;;`),
    `    ${others.join('|')}) ${write.other} ;;`,
  ].join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
