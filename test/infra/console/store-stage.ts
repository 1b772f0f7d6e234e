import { BatchWriteItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { createConsole, listenOnLoopback } from '../../../infra/console/app.ts';
import { DeadLetterDesk } from '../../../infra/console/dead-letters.ts';
import type { ConsoleDependencies } from '../../../infra/console/dependencies.ts';
import { readStackSituation } from '../../../infra/ops/flows/situation.ts';
import { ConfigurationError } from '../../../shared/integration/define.ts';
import { productOrderMessage } from '../../../shared/orders/messages.ts';
import { actorInWords, type Persons } from '../../../shared/situation/words.ts';
import type { DeadLetterContent } from '../../../shared/worker/dead-letter.ts';
import { startReplayStores } from '../ops/replay/replay-run.ts';

export type StoreStage = Awaited<ReturnType<typeof startStoreStage>>;

const noPlant = () => Promise.reject(new ConfigurationError('plants/none.config.ts: there is no such file.'));

export const operator = 'an.peeters';
export const persons: Persons = { planner: 'Rik Maes, ext. 23', 'ERP administrator': 'Els Claes' };

/** The console with real queues and a real ledger, but without functions and partners. */
export async function startStoreStage(
  plant: ConsoleDependencies['plant'] = noPlant,
  inShadow = false,
  liveFrom?: string,
) {
  const stores = await startReplayStores();
  const { store, ledger, clock, table } = stores;
  const { queueUrls } = stores.replaying;
  const terms = { timeZone: 'Europe/Brussels', graceHours: 24 };
  const situation = () =>
    readStackSituation({
      sqs: store.sqs,
      ledger,
      queueUrls,
      clock,
      insight: async () => undefined,
      terms,
      mode: inShadow ? 'shadow' : 'live',
    });
  const token = 'token-of-this-start';
  let port = 0;
  const app = createConsole({
    target: 'Stores of a test',
    commands: '--local',
    local: true,
    inShadow,
    liveFrom,
    situation,
    ledger,
    plant,
    findOwner: async (id) => (id === '5KKoy7m6ms89mvrTg' ? { owner: 'PO-REC' } : {}),
    deadLetters: new DeadLetterDesk({ ...stores.replaying, situation }),
    ending: stores.replaying,
    shopFloor: undefined,
    sandboxed: async () => undefined,
    operator: async () => operator,
    nameActor: (role) => actorInWords(role, persons),
    keys: { token, session: 'session-of-this-start' },
    port: () => port,
    clock,
    ...terms,
  });
  /** A message that a consumer dead-letters: recorded, and in the queue. */
  async function dead(
    orderNumber: string,
    reason: string,
    given: Partial<DeadLetterContent> = {},
  ): Promise<void> {
    const letter = {
      ...({
        stage: 'create-product-orders',
        cause: 'unknown-article',
        messageId: `m-${orderNumber}`,
      } as const),
      body: productOrderMessage(orderNumber),
      orderNumber,
      reason,
      ...given,
    };
    const { stage: of, cause, messageId } = letter;
    await ledger.deadLetters.record({ orderNumber, reason, stage: of, cause, messageId });
    await store.put(letter);
  }
  /** The ledger has it still, and SQS has dropped its message. */
  const recorded = (orderNumber: string) =>
    ledger.deadLetters.record({
      orderNumber,
      messageId: `m-${orderNumber}`,
      stage: 'create-product-orders',
      reason: 'No article.',
      cause: 'unknown-article',
    });
  /** Many items of the ledger at once. */
  async function writeAll(requests: readonly WriteRequest[]): Promise<void> {
    for (let from = 0; from < requests.length; from += 25) {
      const RequestItems = { [table.tableName]: requests.slice(from, from + 25) };
      await table.client.send(new BatchWriteItemCommand({ RequestItems }));
    }
  }
  const listening = await listenOnLoopback(app, 0);
  port = listening.port;
  const origin = `http://127.0.0.1:${port}`;
  return {
    ...stores,
    situation,
    dead,
    recorded,
    /** Nothing is in the queues, and no dead letter is open. */
    async empty() {
      await stores.empty();
      const open = await ledger.concerns.listOpen(() => 10_000);
      const letters = open.filter(({ kind }) => kind === 'dead-letter');
      await writeAll(letters.map(({ key }) => ({ DeleteRequest: { Key: marshall(key) } })));
    },
    writeAll,
    port,
    origin,
    token,
    /** With the token of this start. */
    address: `${origin}/?token=${token}`,
    async stop() {
      await listening.close();
      await stores.stop();
    },
  };
}
