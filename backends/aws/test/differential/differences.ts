const accepted = 'the emulator takes it; the API model has lengths from 1 to 65,536, and text or bytes';
const onBoth = {
  'an empty value': accepted,
  'a value of 64 KiB and one byte': accepted,
  'text and bytes together': accepted,
  'reading a version id that is too short': 'the emulator does not check the 32 to 64 characters of the API model; either error makes the read unknown',
  'a batch': 'the emulator fails the whole batch for a secret without a value; the API model has an entry of Errors for each secret. The adapter then reads one by one',
  'a batch of 21': 'the emulator does not check the limit of 20',
  'a batch of nothing': 'the emulator takes an empty list; the API model wants one of SecretIdList and Filters',
  'a list by prefix with a name that has it in its middle': 'the fake matches prefixes of words too, so that an adapter which trusts the filter is found out',
  'a page that never was': 'the emulator breaks; the API model has InvalidNextTokenException',
  'putting to what is scheduled for deletion': 'the emulator takes the value and keeps the secret deleted; the API model has InvalidRequestException',
};

/** Where an emulator differs from the fake, and who is right by the API model secretsmanager/2017-10-17. */
export const localstackDifferences: Readonly<Record<string, string>> = {
  ...onBoth,
  'creating it again with the same token and value': 'the API reference says that the request is then ignored; the adapter works with either',
  'putting the same token and value': 'the emulator leaves the stages out of its second answer',
  'versions of what is scheduled for deletion': 'the API model has no InvalidRequestException for ListSecretVersionIds; the adapter says scheduled_for_deletion then',
};

export const motoDifferences: Readonly<Record<string, string>> = {
  ...onBoth,
  'versions of what does not exist': 'the emulator breaks with an HTML page; the API model has ResourceNotFoundException',
  'a name with a space': accepted,
  'creating what is scheduled for deletion': 'the API reference says InvalidRequestException',
  'describing after the move': 'the emulator lists versions that have lost their last stage; the API reference says that DescribeSecret leaves them out',
  'describing after the drop': 'as above',
  'its versions': 'the emulator lists versions without a stage although IncludeDeprecated is not set',
  'a list by prefix': 'the emulator lists versions that have lost their last stage',
};
