import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { freePorts } from '../../../../infra/local/emulator/process/ports.ts';
import type { Target } from '../../../../infra/ops/cli/target.ts';
import { type SecretName, secretFacts, secretNames } from '../../../../infra/ops/secrets/schemas.ts';
import { unsetSecret } from '../../../../shared/platform/secrets.ts';
import { credentials, ready } from '../stores.ts';

/** The platform's own secret store in a process of its own, with a stack's four secrets, none of them set. */
export interface SecretsService {
  readonly target: Pick<Target, 'aws' | 'output' | 'options'>;
  readonly unsetAll: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const region = 'eu-west-1';
const arnOf = (name: SecretName) => `arn:aws:secretsmanager:${region}:000000000000:secret:${name}-AbCdEf`;

export async function startSecretStore(): Promise<SecretsService> {
  const [port = 0] = await freePorts([undefined], Math.random);
  const directory = await mkdtemp(join(tmpdir(), 'secret-store-'));
  const child = fork(
    fileURLToPath(new URL('../../../../infra/local/emulator/stores/secrets.ts', import.meta.url)),
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    },
  );
  const secrets = secretNames.map((name) => ({
    logicalId: name,
    name,
    arn: arnOf(name),
    initialValue: unsetSecret,
  }));
  child.send({ kind: 'start', configuration: { port, directory, secrets } });
  await ready(child);
  const aws = { region, endpoint: `http://127.0.0.1:${port}`, credentials, maxAttempts: 2 };
  const client = new SecretsManagerClient(aws);
  return {
    target: {
      aws,
      options: ['--stack', 'S'],
      output: (output) =>
        arnOf(secretNames.find((name) => secretFacts[name].output === output) ?? 'order-api-key'),
    },
    async unsetAll() {
      for (const name of secretNames)
        await client.send(new PutSecretValueCommand({ SecretId: arnOf(name), SecretString: unsetSecret }));
    },
    async stop() {
      client.destroy();
      if (child.exitCode === null) {
        child.send({ kind: 'stop' });
        await once(child, 'exit');
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
}
