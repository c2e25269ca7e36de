const names = [
  'avg count group_concat max min string_agg sum total',
  'coalesce ifnull iif nullif typeof',
  'abs round sign',
  'glob hex instr length like lower ltrim octet_length replace rtrim substr substring trim unhex unicode upper',
  'json json_array_length json_extract json_type json_valid -> ->>',
];

/**
 * Functions of SQLite that give the same for the same arguments (sqlite.org/lang_corefunc.html, lang_aggfunc.html,
 * lang_mathfunc.html, json1.html): what a statement with any other finds is not remembered.
 */
export const steadyFunctions: ReadonlySet<string> = new Set(names.flatMap((line) => line.split(' ')));
