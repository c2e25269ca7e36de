import { isUtf8 } from 'node:buffer';

/** Escapes of text: JSON once and twice, shells, XML. As latin1, like every needle; none for bytes that are not UTF-8. */
export function textForms(bytes: Buffer): string[] {
  if (!isUtf8(bytes)) return [];
  const text = bytes.toString('utf8');
  const forms = [...jsonForms(text), ...shellForms(text), ...xmlForms(text)];
  return forms.map((form) => Buffer.from(form, 'utf8').toString('latin1'));
}

function jsonForms(text: string): string[] {
  const once = jsonEscape(text);
  return [once, jsonEscape(once), asciiOnly(once), htmlSafe(once), once.replace(/\//g, '\\/')];
}

function jsonEscape(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As Go writes it, unless told otherwise. */
function htmlSafe(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, escapeUnit);
}

/** As encoders write it that keep to ASCII. */
function asciiOnly(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function shellForms(text: string): string[] {
  return [
    text.replace(/'/g, "'\\''"),
    text.replace(/'/g, "'\"'\"'"),
    text.replace(/["$`\\]/g, '\\$&'),
    text.replace(/[^A-Za-z0-9_@%+=:,./\u0080-\u{10ffff}-]/gu, '\\$&'),
    // $'…', and how many runtimes print a string in single quotes.
    text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t'),
  ];
}

function xmlForms(text: string): string[] {
  const minimal = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const quoted = minimal.replace(/"/g, '&quot;');
  return [
    minimal,
    quoted,
    quoted.replace(/'/g, '&apos;'),
    quoted.replace(/'/g, '&#39;'),
    quoted.replace(/'/g, '&#x27;'),
  ];
}
