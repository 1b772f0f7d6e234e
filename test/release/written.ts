import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { figuresOf, packCompletion } from '../../shared/completions/content.ts';
import { completionHint } from '../../shared/completions/messages.ts';
import { bookingKeyOf } from '../../shared/ledger/keys.ts';
import { orderConcernKinds } from '../../shared/ledger/records/concerns.ts';
import { isJointKey } from '../../shared/ledger/records/joint-keys.ts';
import { flowNames } from '../../shared/ledger/records/pauses.ts';
import { partFrom } from '../../shared/model/orders.ts';
import { afterPullWindow } from '../../shared/orders/pull-window.ts';
import { createLifePlant, days, type LifePlant, minutes } from '../life/plant.ts';
import { completionOf } from '../shared/erp/conformance/completions.ts';
import { runScenario } from '../simulation/run-scenario.ts';
import { drawScenario } from '../simulation/scenario/scenario.ts';
import { simulateFetch } from '../simulation/world/network.ts';
import { type Plant, queuesOfStack } from '../simulation/world/plant.ts';
import { bookingPlan, plannedBooking } from '../support/bookings.ts';
import { newOrder, splitOrder } from '../support/orders.ts';
import type { mappedBy } from './present.ts';
import { pathsIn, type Recorded, valuesIn } from './reads.ts';

/** Scenarios of the simulation in which much happens: `npm run simulate -- --seed 26 --only all` shows one. */
const seeds = [2, 10, 22, 26, 28, 30, 34, 85];

type Mapping = Awaited<ReturnType<typeof mappedBy>>;

/**
 * One example of each form in which the present code writes items and messages: those with an attribute or a word that
 * no earlier one has. @param mapping All that a booking can hold.
 */
export async function writtenNow(mapping: Mapping): Promise<Recorded[]> {
  const all: Recorded[] = [];
  const restore = simulateFetch();
  for (const seed of seeds)
    await runScenario(drawScenario(seed), { disturb: ({ plant }) => collect(plant, all) });
  restore();
  const plant = createLifePlant();
  await writeRarities(plant, mapping);
  plant.close();
  all.push(...plant.table.items());
  for (const { name, url } of queuesOfStack)
    for (const { body, attributes } of plant.queues.messages(url))
      all.push(messageOf(name, body, attributes));
  // Azumuta writes an address in which a plus may be meant as such.
  const named = { productOrderNumber: 'MO+1', otherNumber: 'MO 1' };
  all.push({ queue: 'completions', body: completionHint('webhook', named, 'id') });
  const ofBatch = completionHint('webhook', { productOrderNumber: 'MO/26/1', batch: 'B-26' }, 'id');
  all.push({ queue: 'completions', body: ofBatch });
  const accepting = completionHint('operator', { productOrderNumber: 'MO/1' }, 'id');
  all.push({ queue: 'completions', body: { ...accepting, accepts: '4000' } });
  const seen = new Set<string>();
  const isNew = (one: Recorded) => {
    const before = seen.size;
    for (const path of pathsIn(valuesIn(one))) seen.add(path);
    return seen.size > before;
  };
  return [...all.filter(isNew), ...bookedTogether(all), leftToPeople(all)];
}

/** A booking whose key counts, and one that was taken back. 0.3.0 takes any key as a text. */
function bookedTogether(all: readonly Recorded[]): readonly Recorded[] {
  const joint = all.filter(({ sk }) => isJointKey(String(sk).slice('BOOKING#'.length)));
  const [planned, takenBack] = [
    joint.find(({ parts }) => Array.isArray(parts) && parts.length > 1),
    joint.find(({ parts }) => Array.isArray(parts) && parts.length === 0),
  ];
  if (!planned || !takenBack) throw new Error('Nothing is written of parts that are booked together.');
  return [planned, takenBack];
}

/** An order that Azumuta completed before its stack was live: a given-up one, whose history alone says by what. */
function leftToPeople(all: readonly Recorded[]): Recorded {
  const isLeft = ({ sk, history }: Recorded) =>
    sk === 'ORDER' && Array.isArray(history) && history.at(-1)?.event === 'left to people';
  const left = all.find(isLeft);
  if (!left) throw new Error('No order is left to people.');
  return left;
}

/** What is rare in life, by the functions of the ledger. */
async function writeRarities(plant: LifePlant, mapping: Mapping): Promise<void> {
  const { ledger, clock } = plant;
  const [number, now, since] = ['MO/1', clock.now(), clock.now().toISOString()];
  await plant.trigger('which nobody can read');
  await plant.post({ number: 'MO/4', article: 'unknown', quantity: '5' });
  await plant.work();
  const draft = { number, article: 'A', parameters: { Colour: 'red' }, variants: ['B'] };
  const { erpOrder, contentHash, ...order } = newOrder({ number, draft });
  await ledger.orders.create({ erpOrder, contentHash, ...order });
  const entry = await ledger.orders.find(number);
  if (entry) await ledger.orders.end(entry, { how: 'given up', because: 'because (An)' });
  await ledger.orders.create(newOrder({ number: 'MO/7' }));
  const completedBefore = await ledger.orders.find('MO/7');
  const because = 'Azumuta completed it before deployment.liveFrom';
  if (completedBefore)
    await ledger.orders.end(completedBefore, { how: 'given up', event: 'left to people', because });
  const mapped = mapping.flatMap(({ becomes: { production, test } }) => [production, test]);
  for (const [key, { completion }] of mapped.entries()) {
    if (!completion) continue;
    const { kind, erpOrder, productOrder } = completion;
    const planned = plannedBooking({ key: `${key}`, kind, erpOrder, productOrder });
    const content = { content: packCompletion(completion), figures: figuresOf(completion) };
    await ledger.bookings.planOnly(number, bookingPlan({ planned, ...content }), {});
  }
  const content = packCompletion(
    completionOf(
      { number },
      { beyondOrder: { good: 1.1, scrap: 1, recorded: ' (step "Good")', order: number } },
    ),
  );
  const accepted = bookingPlan({
    planned: plannedBooking({ key: 'accepted#quantity' }),
    content,
    accepted: '4000',
    othersFollow: true,
  });
  await ledger.bookings.planOnly(number, accepted, {});
  const [key, messageId] = [bookingKeyOf(number, accepted.planned.key), 'hint'];
  const claimed = await ledger.claims.claim(key, { owner: 'ignores', messageId, endsAt: now });
  if (claimed.outcome === 'claimed')
    await ledger.claims.complete(claimed.claim, { ignored: true }, { event: 'ignored' });
  for (const parts of [
    [1, 2, 3],
    [4, 5],
  ]) {
    const { nextJointKey } = await ledger.knownOrders.readStanding(number);
    const plan = bookingPlan({ planned: plannedBooking({ key: nextJointKey, parts }), content });
    await ledger.bookings.planOnly(number, plan, {});
  }
  for (const booking of await ledger.bookings.listOfOrder(number)) {
    if (booking.parts.length === 3) await ledger.bookings.recordCompared(number, booking, now);
    if (booking.parts.length === 2) await ledger.bookings.withdrawPlan(number, booking);
  }
  await writeExactWatermark(ledger);
  await ledger.questions.recordAsked(number, { by: 'hint', since: now, unsettledSince: now });
  await ledger.questions.join(number, { recordingIds: ['r1'] });
  await ledger.questions.leaveToReconciliation(number, 'Not completed');
  await ledger.questions.recordAnswered('MO/2', { by: 'hint', at: now, listsRecordings: true });
  const instruction = { id: 'w1', version: 1, steps: ['s1'] };
  await ledger.workInstructionNames.readNames(instruction, async () => ({
    name: 'W',
    steps: { s1: 'Torque' },
  }));
  const about = { article: 'A', quantity: '5 u', dueDate: '2026-11-30' };
  const concern = { content: 'x', cause: 'conflict', note: 'y', about } as const;
  const wanted = { draft, erpOrder, contentHash };
  for (const kind of orderConcernKinds) await ledger.concerns.begin(number, { ...concern, kind, wanted });
  await ledger.windows.begin(number, now);
  await ledger.statusWords.remember(['Awaiting double check']);
  await ledger.unknownNumbers.count('MO/9');
  const waits = { order: number, partner: 'erp', since: now, reason: 'It is locked.' } as const;
  await ledger.attempts.recordFailure('id', { unexpected: false, waits, limitedAt: now });
  const earlier = (['alone', 'each', 'when-all-done'] as const).map((book) => ({ number, of: 1, book }));
  const record = splitOrder('MO/3', 2, { book: 'each', earlier, state: 'refused', keptUnder: 'MO/2' });
  await ledger.erpOrders.writeVersion(record);
  const per25 = { number: 'MO/5', of: 4, book: 'when-all-done', per: 25 } as const;
  const inParts = splitOrder('MO/5', 4, { book: 'when-all-done', split: per25, earlier: [per25] });
  await ledger.erpOrders.writeVersion(inParts);
  const batched = { ...per25, number: 'MO/26', batch: 'B-26' };
  await ledger.erpOrders.writeVersion(
    splitOrder('MO/26', 4, { book: 'when-all-done', split: batched, earlier: [batched] }),
  );
  await ledger.orders.create(newOrder({ number: 'MO/26/1', part: partFrom(batched, 1) }));
  await ledger.batches.add('B-26', { number: 'MO/26', id: '26' });
  await ledger.batchQuestions.beginAsking(
    'B-26',
    { erpOrder: { number: 'MO/26', id: '26' } },
    { at: now, by: 'hint' },
  );
  const part = partFrom(per25, 4);
  await ledger.orders.create(newOrder({ number: 'MO/5/4', part }));
  const completedPart = { index: 4, number: 'MO/5/4', productOrderId: 'id4', madeFor: '5' };
  await ledger.erpOrders.recordCompletedPart(inParts, completedPart);
  await ledger.erpOrders.recordCompletedPart(record, {
    index: 1,
    number: 'MO/3/1',
    productOrderId: 'id1',
    named: ['r1'],
  });
  await ledger.erpOrders.markPartReopened(record, 1);
  await ledger.erpOrders.endPart(record.erpOrder, 2);
  await ledger.alerts.markRefused({ channel: 'teams', id: '0000000001', body: '{"subject":"x","text":"y"}' });
  const outage = { since, count: 3, openedAt: since, seenAt: since, toldAt: since, told: 'down' } as const;
  const failing = { teams: { since, problem: 'It answers 429.', notBefore: now.getTime() } };
  const state = await ledger.alerts.beginRun('run', 60);
  if (state)
    await ledger.alerts.saveState('run', {
      ...state,
      failing,
      outages: { erp: { ...outage, messagesAt: [since], beganAt: [since] } },
      lately: {
        'changed/azumuta/conflict': {
          messages: [{ at: since, named: 'abcdefgh', returned: true }],
          endedAt: since,
        },
      },
      mailedOn: '2026-11-24',
      pauseEndSaid: since,
    });
  const pieces = { good: { u: '5' }, scrap: { u: '1' } };
  const figures = { events: { booked: 1 }, due: 1, late: 0, bookedDue: { '2026-11-30': 1 } };
  await ledger.days.writeDay({ ...pieces, ...figures, day: '2026-11-24', upTo: since });
  await ledger.knownOrders.writeAlias('MO/1-R', number);
  const until = new Date(clock.now().getTime() + 21 * days);
  const words = { note: 'The ERP moves (signed by an.peeters)', until, ends: 'by itself' } as const;
  for (const flow of flowNames) await ledger.pauses.pauseFlow(flow, words);
  // Seen by every container; then longer than a message waits in a pause before it is put into its queue again.
  plant.advance(minutes);
  await plant.post({ number: 'MO/6', article: 'GEAR-01', quantity: '5', unit: 'u' });
  await plant.work(2 * days);
}

function messageOf(queue: string | undefined, body = '', attributes: object = {}): Recorded {
  const texts = Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue]);
  return { queue, body: JSON.parse(body), attributes: Object.fromEntries(texts) };
}

/** Collects each item as it becomes, and each message: functions call these, and operators the clients. */
function collect({ table, queues }: Plant, all: Recorded[]): void {
  const { answer } = table;
  table.answer = (command) => {
    const answered = answer(command);
    const isPut = command instanceof PutItemCommand;
    const { pk, sk } =
      (isPut ? command.input.Item : command instanceof UpdateItemCommand && command.input.Key) || {};
    if (!pk || !sk) return answered;
    const found = answer(new GetItemCommand({ TableName: 'ledger', Key: { pk, sk }, ConsistentRead: true }));
    if ('Item' in found && found.Item) all.push(unmarshall(found.Item));
    return answered;
  };
  const send = queues.answer;
  queues.answer = (command) => {
    const queue = queuesOfStack.find(({ url }) => url === command.input.QueueUrl)?.name;
    const one = command instanceof SendMessageCommand ? [command.input] : [];
    const { Entries = [] } = command instanceof SendMessageBatchCommand ? command.input : {};
    for (const { MessageBody, MessageAttributes } of [...one, ...Entries])
      all.push(messageOf(queue, MessageBody, MessageAttributes));
    return send(command);
  };
  Object.assign(table, { client: { send: async (command: never) => table.answer(command) } });
  Object.assign(queues, { client: { send: async (command: never) => queues.answer(command) } });
}

/** The end of a window of an ERP whose position is exact: with an id, which those of times never have. */
async function writeExactWatermark({ pullState }: LifePlant['ledger']): Promise<void> {
  const [owner, startedAt] = ['exact', '2026-11-24T06:10:00.000Z'];
  const position = { changedAt: '2026-11-24T06:05:00.000Z', id: '812' };
  await pullState.beginRun(owner, 60);
  await pullState.saveWindow(owner, { startedAt, beganAfter: startedAt, position });
  await pullState.endRun(owner, { watermark: afterPullWindow('exact', undefined, { position }) });
}
