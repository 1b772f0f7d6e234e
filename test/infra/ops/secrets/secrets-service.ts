import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../../../infra/local/emulator/process/host.ts';
import type { Target } from '../../../../infra/ops/cli/target.ts';
import { type SecretName, secretFacts, secretNames } from '../../../../infra/ops/secrets/secret-store.ts';
import { credentials, ready } from '../stores.ts';

/** The platform's own secret store in a process of its own, with a stack's four secrets, none of them set. */
export interface SecretsService {
  readonly target: Pick<Target, 'aws' | 'output' | 'outputs' | 'options'>;
  /** Takes secrets that nobody has set: a value cannot be taken back. */
  readonly unsetAll: () => void;
  readonly stop: () => Promise<void>;
}

const region = 'eu-west-1';
const sets = Array.from({ length: 50 }, (_, set) => set);
const arnOf = (name: SecretName, set: number) =>
  `arn:aws:secretsmanager:${region}:000000000000:secret:${name}-${set}-AbCdEf`;

export async function startSecretStore(): Promise<SecretsService> {
  const [port = 0] = await freePorts([undefined]);
  const directory = await mkdtemp(join(tmpdir(), 'secret-store-'));
  const child = fork(
    fileURLToPath(new URL('../../../../infra/local/emulator/stores/secrets.ts', import.meta.url)),
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    },
  );
  const secrets = sets.flatMap((set) =>
    secretNames.map((name) => ({
      logicalId: name,
      name: `${name}-${set}`,
      arn: arnOf(name, set),
      initialValue: '',
    })),
  );
  let used = 0;
  child.send({ kind: 'start', configuration: { port, directory, secrets } });
  await ready(child);
  const aws = { region, endpoint: `http://127.0.0.1:${port}`, credentials, maxAttempts: 2 };
  return {
    target: {
      aws,
      options: ['--stack', 'S'],
      // As most stacks: no webhook gets alerts.
      outputs: {},
      output: (output) =>
        arnOf(secretNames.find((name) => secretFacts[name].output === output) ?? 'order-api-key', used),
    },
    unsetAll() {
      used += 1;
    },
    async stop() {
      if (child.exitCode === null) {
        child.send({ kind: 'stop' });
        await once(child, 'exit');
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
}
