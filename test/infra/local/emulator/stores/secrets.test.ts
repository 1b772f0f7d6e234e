import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSecrets } from '../../../../../infra/local/emulator/stores/secrets.ts';
import { newFolder } from '../../../new-folder.ts';

const arn = 'arn:aws:secretsmanager:r:a:secret:plant/key-abc123';

/** The file as a process that starts now would read it. */
function open(file: string) {
  const how = { SecretStringTemplate: '{}', ExcludePunctuation: true, GenerateStringKey: 'current' } as const;
  const answer = openSecrets(file, [{ name: 'plant/key', arn, GenerateSecretString: how }]);
  return (more: object = {}, operation = 'GetSecretValue') =>
    JSON.parse(String(answer(operation, JSON.stringify({ SecretId: arn, ...more })).body));
}

it('makes the value of one that the stack has generated, once, and lets nobody but its owner read the file', () => {
  const file = join(newFolder(), 'secrets.json');
  const { SecretString } = open(file)();
  expect(JSON.parse(SecretString)).toEqual({ current: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(open(file)()).toMatchObject({ SecretString });
  // Windows has no such modes: there, a user's own folders are closed to others.
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('refuses other secrets, versions and operations, with a reason', () => {
  const answer = open(join(newFolder(), 'secrets.json'));
  const message = "Secrets Manager can't find the specified secret.";
  expect(answer({ SecretId: `${arn}d` })).toMatchObject({ message });
  expect(answer({ VersionStage: 'AWSPREVIOUS' })).toMatchObject({ __type: 'InvalidParameterException' });
  expect(answer({}, 'DescribeSecret')).toMatchObject({ message: 'Local runs have no DescribeSecret.' });
});
