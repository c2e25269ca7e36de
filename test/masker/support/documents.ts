import { document, type SecretDocument } from './document.ts';
import { moreDocuments } from './more-documents.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const pem = (kind: string, seed: string): string =>
  [
    `-----BEGIN ${kind}-----`,
    ...[0, 1, 2].map((line) => base64(`${seed}${line}`.padEnd(48, `${seed}q7Z`)).slice(0, 64)),
    `-----END ${kind}-----`,
    '',
  ].join('\n');
const keyLines = (text: string): string[] => text.split('\n').slice(1, -2);

const privateKey = pem('PRIVATE KEY', 'kM3');
const rsaKey = pem('RSA PRIVATE KEY', 'rS8');
const sshKey = pem('OPENSSH PRIVATE KEY', 'oP5');
const ecKey = pem('EC PRIVATE KEY', 'eC2');
const certificate = pem('CERTIFICATE', 'cR4');
const password = 'vK9#mQ2$xL7p';
const token = 'tok_4fGh7JkLm2NpQr9StUvWx3Yz';

const json = (value: unknown): string => JSON.stringify(value, undefined, 2);

export const documents: readonly SecretDocument[] = [
  document(
    'Google service account',
    json({
      type: 'service_account',
      project_id: 'shop-production',
      private_key_id: 'c0ffee0123456789c0ffee0123456789c0ffee01',
      private_key: privateKey,
      client_email: 'deploy@shop-production.iam.gserviceaccount.com',
      token_uri: 'https://oauth2.googleapis.com/token',
    }),
    keyLines(privateKey),
    ['service_account', 'shop-production', 'https://oauth2.googleapis.com/token', '-----BEGIN PRIVATE KEY-----'],
  ),
  document(
    'AWS credentials as JSON',
    json({
      AccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      Region: 'eu-central-1',
    }),
    ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['eu-central-1', 'SecretAccessKey'],
  ),
  document(
    'AWS credentials file',
    `[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\nregion = eu-central-1\n`,
    ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['eu-central-1', '[default]', 'aws_secret_access_key'],
  ),
  document(
    'Docker config',
    json({ auths: { 'registry.example.com': { auth: base64(`deployer:${password}`) } } }),
    [password, base64(`deployer:${password}`)],
    ['registry.example.com', 'deployer'],
  ),
  document(
    'npmrc',
    `registry=https://registry.example.com/\n//registry.example.com/:_authToken=${token}\nalways-auth=true\n`,
    [token],
    ['https://registry.example.com/', 'registry.example.com', 'always-auth=true'],
  ),
  document(
    'npmrc with a password',
    `//registry.example.com/:username=builder\n//registry.example.com/:_password=${base64(password)}\n`,
    [base64(password)],
    ['username=builder'],
  ),
  document(
    'netrc',
    `machine api.example.com\nlogin deployer\npassword ${password}\n`,
    [password],
    ['api.example.com', 'deployer', 'password '],
  ),
  document(
    'netrc on one line',
    `machine api.example.com login deployer password ${password}`,
    [password],
    ['machine api.example.com'],
  ),
  document(
    'dotenv',
    `# settings\nNODE_ENV=production\nDATABASE_HOST=db.example.com\nDATABASE_PASSWORD=${password}\nPORT=8080\n`,
    [password],
    ['production', 'db.example.com', '# settings'],
  ),
  document(
    'dotenv with quotes',
    `export API_TOKEN="${token}"\nexport LOG_LEVEL='debugging'\n`,
    [token],
    ['debugging', 'API_TOKEN'],
  ),
  document(
    'dotenv with a key',
    `PRIVATE_KEY="${privateKey.trim().replaceAll('\n', String.raw`\n`)}"\nREGION=eu-central-1\n`,
    keyLines(privateKey),
    ['eu-central-1'],
  ),
  document(
    'dotenv with a key over lines',
    `PRIVATE_KEY="${privateKey.trim()}"\nREGION=eu-central-1\n`,
    keyLines(privateKey),
    ['eu-central-1'],
  ),
  document(
    'kubeconfig with a token',
    `apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: https://k8s.example.com:6443\n  name: production\nusers:\n- name: deployer\n  user:\n    token: ${token}\ncurrent-context: production\n`,
    [token],
    ['apiVersion: v1', 'kind: Config', 'https://k8s.example.com:6443', 'current-context: production'],
  ),
  document(
    'kubeconfig with keys',
    `apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    certificate-authority-data: ${base64(certificate)}\n    server: https://k8s.example.com\n  name: main\nusers:\n- name: admin\n  user:\n    client-certificate-data: ${base64(certificate)}\n    client-key-data: ${base64(ecKey)}\n`,
    [base64(ecKey), ...keyLines(ecKey)],
    [base64(certificate), 'https://k8s.example.com'],
  ),
  document(
    'Kubernetes secret',
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: database\ntype: Opaque\ndata:\n  password: ${base64(password)}\n`,
    [base64(password), password],
    ['kind: Secret', 'name: database', 'type: Opaque'],
  ),
  document(
    'YAML with a block',
    `tls:\n  key: |\n${privateKey
      .trim()
      .split('\n')
      .map((line) => `    ${line}`)
      .join('\n')}\n  host: www.example.com\n`,
    keyLines(privateKey),
    ['www.example.com'],
  ),
  document(
    'YAML with quotes',
    `database:\n  host: "db.example.com"\n  password: 'it''s-${password}'\n  pool: "enabled"\n`,
    [`it's-${password}`],
    ['db.example.com', 'database:'],
  ),
  document(
    'Ansible variables',
    `ansible_user: deployer\nansible_become_password: ${password}\nansible_host: web1.example.com\n`,
    [password],
    ['web1.example.com', 'deployer'],
  ),
  document(
    'Rails database',
    `production:\n  adapter: postgresql\n  encoding: unicode\n  database: shop_production\n  password: ${password}\n`,
    [password],
    ['postgresql', 'shop_production', 'production:'],
  ),
  document(
    'Rails secrets',
    `production:\n  secret_key_base: ${'9f8e7d6c5b4a39281706'.repeat(4)}\n`,
    ['9f8e7d6c5b4a39281706'.repeat(4)],
    ['production:'],
  ),
  document(
    'PostgreSQL URL',
    `postgres://shop:${encodeURIComponent(password)}@db.example.com:5432/shop?sslmode=require`,
    [password, encodeURIComponent(password)],
    ['db.example.com:5432', 'sslmode=require'],
  ),
  document('Redis URL', 'redis://:s3cr3t-p4ss@cache.example.com:6379/0', ['s3cr3t-p4ss'], ['cache.example.com:6379']),
  document(
    'URL with a token',
    `https://${token}@git.example.com/shop/web.git`,
    [token],
    ['git.example.com/shop/web.git'],
  ),
  document(
    'URL with a signature',
    `https://files.blob.example.com/backups?sv=2024-01-01&se=2026-01-01&sig=${'aB3dE5fG7hJ9kL1m'.repeat(2)}`,
    ['aB3dE5fG7hJ9kL1m'.repeat(2)],
    ['https://files.blob.example.com/backups', 'sv=2024-01-01'],
  ),
  document(
    'webhook',
    'https://hooks.example.com/services/T00000000/B00000000?token=Xq8Zr5Tn2Wm7Kp4L',
    ['Xq8Zr5Tn2Wm7Kp4L'],
    ['https://hooks.example.com/services/'],
  ),
  document(
    'git credentials',
    `https://deployer:${token}@git.example.com\nhttps://other:${token}2@code.example.com\n`,
    [token, `${token}2`],
    ['git.example.com', 'code.example.com'],
  ),
  document(
    'SQL Server connection string',
    `Server=tcp:sql.example.com,1433;Database=shop;User ID=app;Password=${password};Encrypt=true;`,
    [password],
    ['sql.example.com', 'Encrypt=true'],
  ),
  document(
    'storage connection string',
    `DefaultEndpointsProtocol=https;AccountName=shopfiles;AccountKey=${base64('0123456789abcdef0123456789abcdef')};EndpointSuffix=core.example.net`,
    [base64('0123456789abcdef0123456789abcdef')],
    ['shopfiles', 'core.example.net', 'DefaultEndpointsProtocol=https'],
  ),
  document(
    'service bus connection string',
    `Endpoint=sb://bus.example.net/;SharedAccessKeyName=RootManage;SharedAccessKey=${base64('shared-access-key-0001')}`,
    [base64('shared-access-key-0001')],
    ['sb://bus.example.net/', 'RootManage'],
  ),
  document(
    'ODBC string',
    `Driver={ODBC Driver 18};Server=db.example.com;Uid=app;Pwd=${password};`,
    [password],
    ['ODBC Driver 18', 'db.example.com'],
  ),
  document(
    'JDBC properties',
    `jdbc.url=jdbc:postgresql://db.example.com/shop\njdbc.user=shop_app\njdbc.password=${password}\n`,
    [password],
    ['shop_app', 'jdbc.user'],
  ),
  document('pgpass', `db.example.com:5432:shop:app:${password}\n`, [password], ['db.example.com:5432', ':shop:']),
  document(
    'MySQL options',
    `[client]\nuser=backup_user\npassword="${password}"\nhost=db.example.com\n`,
    [password],
    ['backup_user', '[client]'],
  ),
  document(
    'Maven settings',
    `<settings><servers><server><id>releases</id><username>deployer</username><password>mVn7Kq2Wx9Rt</password></server></servers></settings>`,
    ['mVn7Kq2Wx9Rt'],
    ['<id>releases</id>', 'deployer'],
  ),
  document(
    'NuGet config',
    `<packageSourceCredentials><feed><add key="Username" value="builder" /><add key="ClearTextPassword" value="nUg8Kq2Wx9Rt" /></feed></packageSourceCredentials>`,
    ['nUg8Kq2Wx9Rt'],
    ['ClearTextPassword', 'packageSourceCredentials'],
  ),
  document('PEM bundle', `${certificate}${rsaKey}`, keyLines(rsaKey), [
    '-----BEGIN CERTIFICATE-----',
    '-----END RSA PRIVATE KEY-----',
    ...keyLines(certificate),
  ]),
  document('SSH key', sshKey, keyLines(sshKey), ['-----BEGIN OPENSSH PRIVATE KEY-----']),
  document(
    'Terraform variables',
    `region = "eu-central-1"\ndb_password = "${password}"\ninstance_type = "t3.medium"\n`,
    [password],
    ['eu-central-1', 't3.medium'],
  ),
  document(
    'PyPI',
    `[distutils]\nindex-servers = internal\n[internal]\nrepository = https://pypi.example.com/legacy/\nusername = builder\npassword = ${token}\n`,
    [token],
    ['https://pypi.example.com/legacy/', 'index-servers'],
  ),
  document(
    'JSON of an OAuth client',
    json({
      client_id: 'web-frontend',
      client_secret: 'GOCSPX-4fGh7JkLm2NpQr9StUv',
      redirect_uris: ['https://www.example.com/callback'],
      grant_types: ['authorization_code'],
      access_token: token,
      expires_in: 3_600,
      enabled: true,
    }),
    ['GOCSPX-4fGh7JkLm2NpQr9StUv', token],
    ['web-frontend', 'https://www.example.com/callback', 'authorization_code'],
  ),
  document(
    'JSON in JSON',
    json({ host: 'api.example.com', settings: JSON.stringify({ api_key: token, retries: 'unlimited' }) }),
    [token],
    ['api.example.com', 'unlimited'],
  ),
  ...moreDocuments,
];
