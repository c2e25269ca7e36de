# Prints the value in $V in the ways of bash or zsh, as base64 behind the dialect's name.
show() { printf '%s\t%s\n' "$1" "$(base64 -w0)"; }

printf '%s' "$V" | base64 -w0 | show "base64"
printf '%s' "key=$V" | base64 -w "${WIDTH:-20}" | show "base64 -w20"
printf '%s' "$V" | od -An -v -tx1 -w100000 | show "od -tx1"
printf '%s' "$V" | sed 's/^/    /' | show "indented"
printf 'context\n%s\n' "$V" | sed 's/^/+ /' | show "diff"
printf '%s' "$V" | fold -w 30 | show "fold -w30"
printf '%s' "$V" | grep --color=always -e '..$' -e '^..' | show "grep --color"
printf '%s\n' "$V" | sed 's/$/\r/' | show "CRLF"
# Programs that print the same whatever shell starts them.
if [ -n "${BASH_VERSION:-}" ]; then
  printf '%s' "$V" | jq -Rs . | show "jq"
  printf '%s' "$V" | jq -Rsa . | show "jq -a"
  printf '%s' "$V" | jq -RsC '{a: {b: .}}' | show "jq -C"
  printf '%s' "$V" | jq -Rsr '@sh' | show "jq @sh"
  printf '%s' "$V" | jq -Rsr '@uri' | show "jq @uri"
  printf '%s' "$V" | jq -Rsr '@html' | show "jq @html"
  printf '%s' "$V" | jq -Rsr '[.]|@csv' | show "jq @csv"
  printf '%s' "$V" | jq -Rsr '@base64' | show "jq @base64"
  printf '%s' "$V" | jq -Rs 'tojson|tojson' | show "jq tojson"
fi

if [ -n "${ZSH_VERSION:-}" ]; then
  printf '%s' "${(q)V}" | show "zsh (q)"
  printf '%s' "${(qq)V}" | show "zsh (qq)"
  printf '%s' "${(qqq)V}" | show "zsh (qqq)"
  printf '%s' "${(qqqq)V}" | show "zsh (qqqq)"
  printf '%s' "${(q-)V}" | show "zsh (q-)"
  printf '%s' "${(q+)V}" | show "zsh (q+)"
else
  printf '%s' "${V@Q}" | show "bash @Q"
  declare -p V | sed '1s/^declare -x V=//' | show "declare -p"
  printf '%s' "${V@A}" | show "bash @A"
fi
printf '%q' "$V" | show "printf %q"
{ set -x; : "$V"; { set +x; } 2>/dev/null; } 2>&1 | show "set -x"
{ set -x; : '{"key": "'"$V"'"}'; { set +x; } 2>/dev/null; } 2>&1 | show "set -x of more"
export -p | sed -n '/ V=/,$p' | sed '/^declare -x [^V]/,$d; /^export [^V]/,$d; /^typeset -x [^V]/,$d' | show "export -p"
