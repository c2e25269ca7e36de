/** The grammar of an organization's name; `organizationRule` puts it in words. */
export const organizationGrammar: RegExp = /^[a-z][a-z0-9-]{0,62}$/;

export const organizationRule =
  'an organization name starts with a lower-case letter and has at most 63 of a-z, 0-9 and "-"';
