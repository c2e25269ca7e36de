const accepted = 'the emulator takes it; the API model has lengths from 1 to 65,536, and text or bytes';
const oneAccount =
  'the emulator looks for an ARN in the account of the caller alone; the user guide lets GetSecretValue, DescribeSecret and ListSecretVersionIds reach others';
const noPolicies =
  'the emulator keeps resource policies and does not apply them; by the user guide nothing of another account is allowed that its policy does not allow';
const hidden =
  'as the secret is gone, so is the policy that allowed anything: the user guide has a denial, the emulator says that there is none. The adapter takes either for unknown';
const onBoth = {
  'an empty value': accepted,
  'a value of 64 KiB and one byte': accepted,
  'text and bytes together': accepted,
  'reading a version id that is too short':
    'the emulator does not check the 32 to 64 characters of the API model; either error makes the read unknown',
  'a batch':
    'the emulator fails the whole batch for a secret without a value; the API model has an entry of Errors for each secret. The adapter then reads one by one',
  'a batch of 21': 'the emulator does not check the limit of 20',
  'a batch of nothing': 'the emulator takes an empty list; the API model wants one of SecretIdList and Filters',
  'a list by prefix with a name that has it in its middle':
    'the fake matches prefixes of words too, so that an adapter which trusts the filter is found out',
  'a page that never was': 'the emulator breaks; the API model has InvalidNextTokenException',
  "reading another account's secret that nobody shares": noPolicies,
  'a batch with a shared secret':
    'the emulator looks for ids of a batch in the account of the caller alone; the user guide is silent on batches. The adapter asks for such a secret by itself then',
  'describing it': noPolicies,
  'a policy that is not JSON': 'the emulator takes any text; the API model has MalformedPolicyDocumentException',
  'a shared secret that was deleted at once': hidden,
  'a shared secret that was created again, by its old ARN': hidden,
  'putting to what is scheduled for deletion':
    'the emulator takes the value and keeps the secret deleted; the API model has InvalidRequestException',
};

/** Where an emulator differs from the fake, and which is right by the API model secretsmanager/2017-10-17. */
export const localstackDifferences: Readonly<Record<string, string>> = {
  ...onBoth,
  'creating it again with the same token and value':
    'the API reference says that the request is then ignored; the adapter works with either',
  'putting the same token and value': 'the emulator leaves the stages out of its second answer',
  'versions of what is scheduled for deletion':
    'the API model has no InvalidRequestException for ListSecretVersionIds; the adapter says scheduled_for_deletion then',
};

export const motoDifferences: Readonly<Record<string, string>> = {
  ...onBoth,
  'versions of what does not exist':
    'the emulator breaks with an HTML page; the API model has ResourceNotFoundException',
  'a name with a space': accepted,
  'creating what is scheduled for deletion': 'the API reference says InvalidRequestException',
  'describing after the move':
    'the emulator lists versions that have lost their last stage; the API reference says that DescribeSecret leaves them out',
  'describing after the drop': 'as above',
  'its versions': 'the emulator lists versions without a stage although IncludeDeprecated is not set',
  'a list by prefix': 'the emulator lists versions that have lost their last stage',
  ...Object.fromEntries(
    [
      'reading a shared secret by its ARN',
      'reading a version of a shared secret',
      'describing a shared secret',
      'versions of a shared secret',
      'reading either',
      'a shared secret under the default key',
      'a shared secret that may be read alone',
      'a shared secret that is scheduled for deletion',
      'describing a shared secret that is scheduled for deletion',
    ].map((step) => [step, oneAccount]),
  ),
};
