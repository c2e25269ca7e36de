# Prints each value that it reads, parted by NUL, in the ways of bash or zsh: dialect, number, output; each with a NUL.
number=0
show() { printf '%s\0%s\0%s\0' "$1" "$number" "$2"; }
trace() { { set -x; : "$V"; { set +x; } 2>/dev/null; } 2>&1; }
while IFS= read -r -d '' V; do
  show "as it is" "$V"
  show "printf %q" "$(printf '%q' "$V")"
  show "set -x" "$(trace)"
  if [ -n "${ZSH_VERSION:-}" ]; then
    show "zsh (qq)" "${(qq)V}"
    show "zsh (qqq)" "${(qqq)V}"
    show "zsh (qqqq)" "${(qqqq)V}"
  else
    show "bash @Q" "${V@Q}"
    show "declare -p" "$(declare -p V)"
  fi
  number=$((number + 1))
done
