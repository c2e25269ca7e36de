/** Scripts for tools that the machine lacks, which only show what those tools would be given. */
export const standIns: Readonly<Record<string, string>> = {
  'bin/deploy': '#!/bin/sh\necho "stand-in deploy: $1 $2 of ${#2} characters"\n',
  'bin/some-tool': '#!/bin/sh\necho "stand-in some-tool: $1, key $MY_API_KEY of ${#MY_API_KEY} characters"\n',
  'bin/curl': '#!/bin/sh\necho "stand-in curl: $1 $2 $3 $4 $5"\n',
  // The real one has no flag for a key file and wants the variable; a documented step gives it one all the same.
  'bin/sops': `#!/bin/sh
file="$SOPS_AGE_KEY_FILE"
if [ "$1" = --age-key-file ]; then file="$2"; fi
echo "stand-in sops: $(wc -l < "$file") line end, $(wc -c < "$file") bytes: $(cat "$file")" >&2
if [ "$2" = --output-type ]; then printf 'DB_URL=postgres://db\\nDEPLOY_TOKEN=not-this-one\\n'; else echo "decrypted: yes"; fi
`,
  './deploy.sh':
    '#!/bin/sh\necho "stand-in deploy.sh: DB_URL=$DB_URL DEPLOY_TOKEN=${DEPLOY_TOKEN-unset} SOPS_AGE_KEY_FILE=${SOPS_AGE_KEY_FILE-unset}"\n',
};
