/** What says that a value is secret, also within a word: `dbpassword`. */
const stems =
  'passw(?:or)?[dt]|passphrase|passcode|passkey|pwd|secret(?:-?id)?|token|credential|signature|private|bearer|' +
  'mnemonic|(?:recovery|backup)-?code';
/** The same as a word of its own, or behind the word before the bar. */
const glued =
  '(?:access|account|api|app|auth|deploy|encryption|host|license|master|shared|sharedaccess|signing|ssh)key|' +
  '(?:admin|db|ftp|mail|pg|require|root|smtp|user)(?:pass|pw)|masterauth';
const short = 'key|pass|pw|psk|pat|cred|sas|sig|salt|jwt|otp|totp';
const secretWords = new RegExp(`(?:${stems}|(?<![a-z])(?:${glued}|${short})(?=s?\\d*(?:-|$)))s?\\d*`, 'g');
/** These are also names of methods and settings, unless they stand last. */
const lastWords = /(?<![a-z])(?:auth|authorization|cookie|session|sid)s?\d*(?:-(?:data|value))?$/;

const described =
  'uri|url|type|(?:user|host|file|display)?name|host|(?:file)?path|file|kind|version|policy|policies|algorithm|issuer|' +
  'expiry|expires|expiration|fingerprint|endpoint|provider|method|ttl|length|ref|scope|certificate|cert';
/** Only behind what says that a value is secret. */
const describedSecret =
  `${described}|id|size|bits|format|prefix|alias|ring|mode|mechanism|plugin|helper|store|source|strategy|usage|alg|` +
  'count|limit|rotation|age|lifetime|timeout|interval|date|created|updated|status|state|enabled|required|header|' +
  'field|param|label|description|comment|charset|encoding|encryption|scheme|schema|protocol|min|max|rule|pattern|iz(?:er|ation)';
/** Which of several is meant, or its unit. */
const qualifier =
  'v?\\d+|prod|production|dev|development|test|testing|stage|staging|live|old|new|current|previous|next|primary|' +
  'secondary|main|backup|local|in|at|on|seconds|days|ms';
const endingWith = (words: string): RegExp => new RegExp(`(?:^|-)(?:${words})s?\\d*(?:-(?:${qualifier}))*$`);
const describes = endingWith(described);
const describesSecret = endingWith(describedSecret);
/** What stands beside a password under one name, as in `credentials: { user: …, database: … }`. */
const companion = endingWith(
  'user|login|account|email|server|port|database|db|region|project|bucket|realm|tenant|namespace|group|role|domain|' +
    'service|environment|env|driver|kty|use|ops|crv|kid|n|e|x|y|key-ops',
);
const publicWord = /(?<![a-z])public|certificate-authority/;

/** `DB_PasswordProd` as `db-password-prod`. */
function wordsOf(name: string): string {
  return name
    .replace(
      /([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g,
      (_, before: string | undefined, after: string, last: string) =>
        before === undefined ? `${last}-` : `${before}-${after}`,
    )
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();
}

/** @returns whether what has this name may be public, whatever it looks like */
export function isPublicName(name: string): boolean {
  const words = wordsOf(name);
  return publicWord.test(words) || (describes.test(words) && !isSecretWords(words));
}

export function isSecretName(name: string): boolean {
  return isSecretWords(wordsOf(name));
}

/** `prod` under `passwords`. */
export function isSecretUnder(owner: string, name: string): boolean {
  const [owners, words] = [wordsOf(owner), wordsOf(name)];
  if (lastWords.test(owners) || publicWord.test(words) || companion.test(words)) return false;
  return isSecretWords(owners) && !describesSecret.test(words);
}

/** A name such as `proxy-user`, whose value may be `name:password`. */
export function isUserName(name: string): boolean {
  return /(?:^|-)(?:user|userpwd|userinfo|auth|login|credentials?|u)$/.test(wordsOf(name));
}

function isSecretWords(words: string): boolean {
  if (publicWord.test(words)) return false;
  if (lastWords.test(words)) return true;
  const last = [...words.matchAll(secretWords)].at(-1);
  return last !== undefined && !describesSecret.test(words.slice(last.index + last[0].length));
}
