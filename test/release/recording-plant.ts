import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { CompletionRequest } from '../../infra/local/sandbox/azumuta/complete.ts';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import type { PlannedOrderRef } from '../shared/erp/conformance/target.ts';
import { createWatch } from '../simulation/invariants/watch.ts';
import { createAzumutaModel } from '../simulation/partners/azumuta.ts';
import { erpModels } from '../simulation/partners/erp.ts';
import { type AccidentName, fateOf } from '../simulation/scenario/accidents.ts';
import { type Chance, createChance } from '../simulation/world/chance.ts';
import { type Fate, goesWell, type Service } from '../simulation/world/fate.ts';
import { beginning, dueDate, minuteMs } from '../simulation/world/moments.ts';
import { createPlant, type Plant, queueUrlOf, webhookToken } from '../simulation/world/plant.ts';
import { createTimeline } from '../simulation/world/timeline.ts';
import { createTriggerSender } from '../simulation/world/triggers.ts';
import { createVirtualTime } from '../simulation/world/virtual-time.ts';
import type { Act, RecordedMessage, RecordedPlant } from './recorded.ts';
import { itemOf, messageOf, type Queue, queueNames, writtenBy } from './written.ts';

interface Accident {
  readonly stage: string;
  readonly service: Service;
  readonly accident: AccidentName;
}

function createAccidents(chance: Chance) {
  const planned = new Map<string, AccidentName>();
  const calls = new Map<string, number>();
  return {
    /** Plans an accident for a later call of this function to this service; `ahead` is 1 for the next one. */
    plan({ stage, service, accident }: Accident, ahead: number): void {
      const nth = (calls.get(`${stage} ${service}`) ?? 0) + ahead;
      planned.set(`${stage} ${service} ${nth}`, accident);
    },
    fateOf(stage: string, service: Service): Fate {
      const nth = (calls.get(`${stage} ${service}`) ?? 0) + 1;
      calls.set(`${stage} ${service}`, nth);
      const found = planned.get(`${stage} ${service} ${nth}`);
      return found ? fateOf(found, chance, service === 'azumuta' ? 'azumuta' : 'rest') : goesWell;
    },
  };
}

export type RecordingPlant = ReturnType<typeof createRecordingPlant>;

/**
 * The deployed functions in virtual time, with the partners of the simulation. Every item and message is recorded. The
 * same acts lead to the same items, byte for byte.
 * @param at Epoch milliseconds.
 */
export function createRecordingPlant(integration: CompleteIntegration, at = beginning) {
  const chance = createChance(1);
  const time = createVirtualTime(at);
  const now = () => new Date(time.now());
  const timeline = createTimeline(false, time.now);
  /** Ids that are assigned before new ones. */
  const wantedIds: string[] = [];
  /** Ids that Azumuta has assigned since it was last called. */
  let givenIds: string[] = [];
  const acts: Act[] = [];
  const accidents = createAccidents(chance);
  const unexpected: string[] = [];
  const orders: PlannedOrderRef[] = [];
  let isRestoring = false;

  const newAzumutaId = () => {
    const id = wantedIds.shift() ?? chance.id();
    givenIds.push(id);
    return id;
  };
  const erp = erpModels.rest({ now, newId: chance.id });
  const triggers = createTriggerSender([], {
    ...{ time, chance, timeline, happens: () => {} },
    plant: () => plant,
  });
  const azumuta = createAzumutaModel({
    ...{ now, newId: newAzumutaId, articles: Object.values(erp.articles) },
    sendTrigger: (request) => {
      if (!isRestoring) triggers.send(request);
    },
  });
  const models = { azumuta: azumuta.answer, erp: erp.answer };

  const plant: Plant = createPlant({
    ...{ time, timeline, integration },
    chance: { ...chance, id: () => wantedIds.shift() ?? chance.id() },
    unexpected: (sentence) => unexpected.push(sentence),
    fateOf: accidents.fateOf,
    indexLagMs: () => 0,
    comesTwice: () => false,
    isDeleteLost: () => false,
    secrets: new Map([
      ['webhook-token', JSON.stringify({ current: webhookToken })],
      ['order-api-key', JSON.stringify({ current: 'a-key-of-the-order-endpoint' })],
      ['azumuta-api-key', JSON.stringify({ apiKey: azumuta.apiKey })],
      ['erp-credentials', JSON.stringify(erp.credentials)],
    ]),
    watch: createWatch({ now: time.now, table: () => plant.table, isCalm: () => false, limit: {} }),
    partner: (partner) => (call) => {
      givenIds = [];
      const answer = models[partner](call);
      const { method, url, body } = call;
      if (method !== 'GET' && (answer.status ?? 200) < 400)
        acts.push({ act: 'call', partner, method, path: url.pathname + url.search, body, ids: givenIds });
      return answer;
    },
  });
  const written = writtenBy(plant);

  function release(quantity: string): PlannedOrderRef {
    acts.push({ act: 'release', quantity });
    const order = erp.plan({ article: 'plain', quantity, dueDate });
    orders.push(order);
    return order;
  }

  function lock(order: { readonly number: string }): void {
    acts.push({ act: 'lock', number: order.number });
    erp.lock(order);
  }

  /** Repeats a function's call to a new partner. */
  function callAgain({ partner, method, path, body, ids }: Extract<Act, { act: 'call' }>): void {
    wantedIds.push(...ids);
    const url = new URL(path, `https://${partner}.invalid`);
    const key = partner === 'azumuta' ? azumuta.apiKey : Object(erp.credentials).apiKey;
    const headers = { 'x-api-key': String(key), 'content-type': 'application/json' };
    const { status = 200 } = models[partner]({ method, url, headers, body });
    if (status >= 400) throw new Error(`${partner} refuses ${method} ${path} with ${status}.`);
  }

  function send({ queue, id, body, attributes }: RecordedMessage): void {
    wantedIds.push(id);
    const texts = Object.entries(attributes).map(([name, StringValue]) => [
      name,
      { DataType: 'String', StringValue },
    ]);
    plant.queues.answer(
      new SendMessageCommand({
        QueueUrl: queueUrlOf(queue),
        MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
        MessageAttributes: Object.fromEntries(texts),
      }),
    );
  }

  /** Receives messages as a function would that then does not finish its work. */
  function receiveAll(queue: Queue, count: number): void {
    const QueueUrl = queueUrlOf(queue);
    const handles: string[] = [];
    while (handles.length < count) {
      const { Messages = [] } = plant.queues.answer(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      handles.push(...Messages.map(({ ReceiptHandle }) => ReceiptHandle));
    }
    for (const ReceiptHandle of handles)
      plant.queues.answer(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
      );
  }

  return {
    ...{ plant, time, timeline, integration, azumuta, acts, written },

    /** Lets some minutes pass. */
    async pass(minutes: number): Promise<void> {
      let isOver = false;
      time.after(minutes * minuteMs, () => {
        isOver = true;
      });
      await time.run(() => isOver);
      if (unexpected.length > 0) throw new Error(unexpected.join('\n'));
    },

    run: (stage: 'pull-product-orders' | 'reconcile-completions') =>
      plant.functions[stage].invoke({}, () => undefined),

    plan: accidents.plan,

    release,
    /** Somebody has the order open in the ERP. */
    lock,
    unlockAll(): void {
      for (const order of orders) erp.unlock(order);
    },

    /** Operators record and complete a product order. */
    build(number: string, how: CompletionRequest = {}): void {
      givenIds = [];
      if (!azumuta.complete(number, how))
        throw new Error(`There is no open product order ${number} in Azumuta.`);
      acts.push({ act: 'build', number, how, ids: givenIds });
    },

    /** Restores the state of partners, table and queues without sending triggers or messages. */
    restore({ acts: before, items, messages }: RecordedPlant): void {
      isRestoring = true;
      for (const act of before) {
        if (act.act === 'release') release(act.quantity);
        if (act.act === 'lock') lock(act);
        if (act.act === 'call') callAgain(act);
        if (act.act === 'build') {
          wantedIds.push(...act.ids);
          azumuta.complete(act.number, act.how);
        }
      }
      isRestoring = false;
      for (const item of items)
        plant.table.answer(
          new PutItemCommand({ TableName: 'ledger', Item: marshall(item, { removeUndefinedValues: true }) }),
        );
      // Messages that were received before are sent first, so that they can be received.
      for (const queue of queueNames) {
        const own = messages.filter((message) => message.queue === queue);
        const before = own.filter(({ received }) => received);
        for (const message of before) send(message);
        receiveAll(queue, before.length);
        for (const message of own.filter(({ received }) => !received)) send(message);
      }
      written.items.length = 0;
      written.messages.length = 0;
      for (const poller of Object.values(plant.pollers)) poller.wake();
    },

    /** The present contents of the table and the queues. */
    contents: () => ({
      items: plant.table.items().map(itemOf),
      messages: queueNames.flatMap((queue) =>
        plant.queues.messages(queueUrlOf(queue)).map(({ messageId, body, attributes, receiveCount }) => ({
          ...messageOf(queueUrlOf(queue), messageId, body, attributes),
          received: receiveCount > 0,
        })),
      ),
    }),

    /** The partners' books, without the ids that they assigned. */
    books: () => ({
      erp: orders.map((order) => {
        const { state, good, scrap, bookings, productOrders } = erp.books(order);
        return {
          ...{ number: order.number, state, good, scrap, linked: productOrders.length },
          bookings: bookings.map((booking) => ({ good: booking.good, scrap: booking.scrap })),
        };
      }),
      azumuta: azumuta
        .productOrders()
        .map(({ number, article, status }) => ({ number, article, status }))
        .sort((a, b) => a.number.localeCompare(b.number)),
    }),

    close() {
      plant.close();
      azumuta.close();
      erp.close();
    },
  };
}
