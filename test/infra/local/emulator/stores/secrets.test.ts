import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSecrets } from '../../../../../infra/local/emulator/stores/secrets.ts';

const arn = 'arn:aws:secretsmanager:r:a:secret:plant/key-abc123';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  file = join(folder, 'secrets.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The file as a process that starts now would read it. */
function open() {
  const answer = openSecrets(file, [{ logicalId: 'Key', name: 'plant/key', arn, key: undefined }]);
  const read = (operation: string, input: object) => {
    const { status, body } = answer(operation, JSON.stringify(input));
    return { status, ...JSON.parse(body) };
  };
  return {
    get: (SecretId = arn) => read('GetSecretValue', { SecretId }),
    put: (SecretString: string) => read('PutSecretValue', { SecretId: arn, SecretString }),
  };
}

it('keeps the value that was put last, and a restart neither loses it nor sets its first one', () => {
  const before = open();
  before.put('one');
  const { VersionId } = before.put('two');

  expect(open().get()).toMatchObject({ status: 200, SecretString: 'two', VersionId });
});

it('has no value until one is set', () => {
  const secrets = open();

  expect(secrets.get()).toMatchObject({ status: 400, __type: 'ResourceNotFoundException' });
  secrets.put('mine');
  expect(secrets.get()).toMatchObject({ SecretString: 'mine' });
});

it('makes the value of one that the stack has generated, once', () => {
  // Prepare
  const openOne = () => openSecrets(file, [{ logicalId: 'Key', name: 'plant/key', arn, key: 'current' }]);
  const read = () =>
    JSON.parse(openOne()('GetSecretValue', JSON.stringify({ SecretId: arn })).body).SecretString;

  // Act
  const first = read();

  // Assess
  expect(JSON.parse(first)).toEqual({ current: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(read()).toBe(first);
});

it('has none but those of the stack', () => {
  expect(open().get(`${arn}d`)).toMatchObject({
    status: 400,
    message: "Secrets Manager can't find the specified secret.",
  });
});

// Windows has no such modes: there, a user's own folders are closed to others.
it.skipIf(process.platform === 'win32')('lets nobody but its owner read the file', () => {
  open().put('mine');

  expect(statSync(file).mode & 0o777).toBe(0o600);
});
