/** What a token may do. Every operation requires exactly one. */
export const permissions = [
  'organizations:manage',
  'environments:read',
  'environments:write',
  'secrets:names',
  'secrets:write',
  'variables:read',
  'variables:write',
  'backends:read',
  'backends:test',
  'backends:write',
  'tokens:manage',
  'audit:read',
  'audit:acknowledge',
  'audit:keep',
  'values:read',
  'jobs:open',
  'jobs:session',
  'dashboard:open',
  'policy:write',
] as const;

export type Permission = (typeof permissions)[number];

export const roleNames = ['owner', 'admin', 'auditor', 'author', 'agent', 'reader'] as const;

export type Role = (typeof roleNames)[number];

const reading: readonly Permission[] = [
  'environments:read',
  'secrets:names',
  'variables:read',
  'backends:read',
  'audit:read',
  'dashboard:open',
];

/** `jobs:session` belongs to no role: only a job's token has it. */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  owner: permissions.filter((permission) => permission !== 'jobs:session'),
  admin: [
    ...reading,
    'environments:write',
    'secrets:write',
    'variables:write',
    'backends:test',
    'tokens:manage',
    'values:read',
    'jobs:open',
  ],
  auditor: reading,
  author: ['environments:read', 'secrets:names', 'variables:read', 'jobs:open', 'dashboard:open'],
  agent: ['jobs:open'],
  /** For programs that cannot open a job. */
  reader: ['values:read'],
};
