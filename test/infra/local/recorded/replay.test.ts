import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadIntegration } from '../../../../infra/build/load-configuration.ts';
import {
  type AccountRecording,
  readRecordingOfAccount,
  writtenRecording,
} from '../../../../infra/local/recorded/account-recording.ts';
import { Replay } from '../../../../infra/local/recorded/replay.ts';
import type { AzumutaContractSettings } from '../../../../shared/azumuta/contract.ts';
import { type Dialect, inDialect } from '../../../support/dialects/dialect.ts';
import { dialects } from '../../../support/dialects/index.ts';
import { newFolder } from '../../new-folder.ts';
import { startDemoWorkspace } from '../../ops/kit/acted.ts';
import { replayRecording, runBothFlows } from './replayed.ts';

async function recordAccount(dialect?: Dialect): Promise<AccountRecording> {
  const { run } = await startDemoWorkspace(dialect);
  return readRecordingOfAccount(writtenRecording((await run()).recorded()), 'KIT-1.recording.json');
}

/** Both flows with the account itself, of which nothing was recorded. */
async function runInDialect(dialect: Dialect | undefined) {
  const { account, acts } = await startDemoWorkspace(dialect);
  const { apiKeyHeader = 'X-API-Key', apiKeyFormat = '{key}' } = dialect?.contract ?? {};
  const headers = { [apiKeyHeader.toLowerCase()]: apiKeyFormat.replace('{key}', account.apiKey) };
  const answer = dialect ? inDialect(dialect, account.answer) : account.answer;
  const number = 'MO/7';
  return runBothFlows({
    contract: dialect?.contract ?? {},
    order: {
      number,
      article: 'CHAIR',
      parameters: { Quantity: 37 },
      variants: ['Left'],
      recorded: { step: 'Torque Mounting', value: '42' },
    },
    answer: (received) => answer({ ...received, headers }),
    complete() {
      acts.completed?.(number);
      return { method: 'POST', query: {}, body: JSON.parse(acts.trigger?.(number) ?? '') };
    },
  });
}

/** What both flows must come to. */
const allDone = { linked: 1, triggered: 202, failed: 0, deadLetters: [] };

it.each([undefined, ...dialects])(
  'has the figures booked by a recording that the account itself has: dialect $name',
  async (dialect) => {
    // Prepare
    const recording = await recordAccount(dialect);

    // Act
    const direct = await runInDialect(dialect);
    const { unanswered, ...replayed } = await replayRecording(recording, dialect?.contract);

    // Assess: the number that was recorded, whatever was planned
    expect(unanswered).toEqual([]);
    expect(replayed).toEqual({ ...allDone, booked: '42' });
    expect(direct).toEqual(replayed);
  },
);

it('has all recordings of an order, not only that in which the number was typed', async () => {
  // Prepare
  const { run, account } = await startDemoWorkspace();
  const { recorded } = await run(
    {},
    {
      completed(number) {
        account.complete(number, { quantity: 36, recordings: 2 });
        return undefined;
      },
    },
  );

  // Act
  const came = await replayRecording(recorded());

  // Assess
  expect(came).toEqual({ ...allDone, unanswered: [], booked: '42' });
});

describe('of a recording', () => {
  const url = (path: string) => new URL(`/api/v1${path}`, 'http://127.0.0.1:1234');
  const asking = (path: string) => ({ method: 'GET', url: url(path), body: '' });

  it('nothing is shown before its time, or without the key', async () => {
    // Prepare
    const recording = await recordAccount();
    const { number, article } = recording.head.order;
    const replay = new Replay(recording);
    const listed = () => Object(replay.answer(asking(`/productorders?number=${number}`)).body).data;
    const created = recording.exchanges.find(({ operation }) => operation === 'createProductOrder');

    // Act
    const before = listed();
    replay.answer({ method: 'POST', url: url('/productorders'), body: JSON.stringify(created?.asks.body) });
    const open = listed();
    replay.complete();
    const completed = listed();

    // Assess
    expect(before).toEqual([]);
    expect([open, completed].map(([first]) => first.status)).toEqual(['open', 'completed']);
    expect(replay.answer(asking(`/articles?number=${article}`)).status).toBe(200);
  });

  it('addresses lead here, and what was never asked is named', async () => {
    const recording = await recordAccount();
    const replay = new Replay(recording);
    replay.complete();

    const orders = replay.answer(asking(`/productorders?number=${recording.head.order.number}`));
    const other = replay.answer(asking('/productorders/id000000000000099?expand=all'));

    expect(JSON.stringify(orders)).toContain('http://127.0.0.1:1234/');
    expect(JSON.stringify(orders)).not.toContain('azumuta.example');
    expect(other).toMatchObject({
      status: 404,
      body: {
        error: { message: 'The recording has no answer to GET /productorders/id000000000000099.' },
      },
    });
    expect(replay.unanswered).toContain('GET /productorders/id000000000000099?expand=all');
  });
});

interface FoundRecording {
  readonly file: string;
  /** The configuration that it lies next to. */
  readonly config?: string;
}

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** Those of accounts in `test/recorded`, and `ghent.recording.json` next to `ghent.config.ts`. */
function recordingsIn(folder: string): FoundRecording[] {
  const [own, ofPlants] = ['test/recorded/*.recording.json', 'plants/**/*.recording.json'].map((pattern) =>
    globSync(pattern, { cwd: folder }).map((file) => join(folder, file)),
  );
  const configNextTo = (file: string) =>
    join(dirname(file), basename(file).replace('.recording.json', '.config.ts'));
  return [
    ...(own ?? []).map((file) => ({ file })),
    ...(ofPlants ?? []).map((file) => ({ file, config: configNextTo(file) })),
  ];
}

async function replayFile({ file, config }: FoundRecording) {
  const recording = readRecordingOfAccount(readFileSync(file, 'utf8'), basename(file));
  const contract: AzumutaContractSettings | undefined =
    config === undefined
      ? undefined
      : (await loadIntegration(config, 'production')).integration.azumuta.contract;
  const { recorded, parameters } = recording.head.order;
  const came = await replayRecording(recording, contract);
  return {
    came,
    expected: { ...allDone, unanswered: [], booked: recorded?.value ?? String(parameters.Quantity) },
  };
}

it.each(recordingsIn(root))('runs both flows with $file', async (found) => {
  const { came, expected } = await replayFile(found);

  expect(came).toEqual(expected);
});

it('finds the recording next to the configuration of a plant, and reads it by its contract', async () => {
  // Prepare: a dialect of which the recording alone does not say how triggers are read
  const folder = newFolder();
  const dutch = dialects.find(({ name }) => name === 'dutch');
  const define = resolve(root, 'shared/integration/index.ts');
  const sample = resolve(root, 'integration.config.ts');
  mkdirSync(join(folder, 'plants'));
  const write = (name: string, text: string) => writeFileSync(join(folder, 'plants', name), text);
  write('ghent.recording.json', writtenRecording(await recordAccount(dutch)));
  write(
    'ghent.config.ts',
    `import { defineIntegration } from ${JSON.stringify(define)};
import sample from ${JSON.stringify(sample)};
export default defineIntegration({ ...sample, azumuta: { contract: ${JSON.stringify(dutch?.contract)} } });`,
  );

  // Act
  const found = recordingsIn(folder);
  const outcomes = await Promise.all(found.map(replayFile));
  const withoutIt = await Promise.all(found.map(({ file }) => replayFile({ file })));

  // Assess
  expect(outcomes.map(({ came }) => came)).toEqual([{ ...allDone, unanswered: [], booked: '42' }]);
  expect(withoutIt.map(({ came }) => came.triggered)).toEqual([400]);
});
