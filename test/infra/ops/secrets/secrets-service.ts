import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '../../../../infra/local/emulator/process/http.ts';
import { openSecrets } from '../../../../infra/local/emulator/stores/secrets.ts';
import {
  type StackSecretName,
  secretOutputOf,
  stackSecretNames,
} from '../../../../infra/ops/secrets/secret-store.ts';
import { credentials } from '../stores.ts';

const region = 'eu-west-1';
const sets = Array.from({ length: 50 }, (_, set) => set);
const arnOf = (name: StackSecretName, set: number) =>
  `arn:aws:secretsmanager:${region}:000000000000:secret:${name}-${set}-AbCdEf`;

/** The platform's own secret store, with a stack's four secrets, none of them set. */
export async function startSecretStore() {
  const directory = await mkdtemp(join(tmpdir(), 'secret-store-'));
  const secrets = sets.flatMap((set) =>
    stackSecretNames.map((name) => ({
      name: `${name}-${set}`,
      arn: arnOf(name, set),
    })),
  );
  let used = 0;
  const answer = openSecrets(join(directory, 'secrets.json'), secrets);
  const server = await listen(0, (request, sent) => {
    const operation = String(request.headers['x-amz-target']).replace('secretsmanager.', '');
    return answer(operation, String(sent));
  });
  const aws = { region, endpoint: server.url, credentials, maxAttempts: 2 };
  return {
    target: {
      aws,
      options: ['--stack', 'S'],
      // As most stacks: no webhook gets alerts.
      outputs: {},
      output: (output: string) =>
        arnOf(stackSecretNames.find((name) => secretOutputOf(name) === output) ?? 'order-api-key', used),
    },
    /** Takes secrets that nobody has set: a value cannot be taken back. */
    unsetAll() {
      used += 1;
    },
    async stop() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
