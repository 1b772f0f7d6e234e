import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSecrets } from '../../../../../infra/local/emulator/stores/secrets.ts';
import { newFolder } from '../../../new-folder.ts';

const arn = 'arn:aws:secretsmanager:r:a:secret:plant/key-abc123';

/** The file as a process that starts now would read it. */
function open(file: string) {
  const answer = openSecrets(file, [{ logicalId: 'Key', name: 'plant/key', arn, key: 'current' }]);
  return (SecretId = arn) => JSON.parse(String(answer('GetSecretValue', JSON.stringify({ SecretId })).body));
}

it('makes the value of one that the stack has generated, once, and lets nobody but its owner read the file', () => {
  const file = join(newFolder(), 'secrets.json');
  const { SecretString } = open(file)();
  expect(JSON.parse(SecretString)).toEqual({ current: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(open(file)()).toMatchObject({ SecretString });
  // Windows has no such modes: there, a user's own folders are closed to others.
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('has none but those of the stack', () => {
  const message = "Secrets Manager can't find the specified secret.";
  expect(open(join(newFolder(), 'secrets.json'))(`${arn}d`)).toMatchObject({ message });
});
