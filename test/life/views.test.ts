import { describe, expect, it } from 'vitest';
import { orderPageContent } from '../../infra/console/pages/order.ts';
import { parseAskedOrders, readOrders } from '../../infra/console/pages/orders.ts';
import { addressOfProblem } from '../../infra/console/pages/places.ts';
import { todayPageContent } from '../../infra/console/pages/today.ts';
import { problemFindings } from '../../infra/ops/doctor/check-stack.ts';
import { traceLines } from '../../infra/ops/trace/report.ts';
import { traceOrder } from '../../infra/ops/trace/trace.ts';
import { orderConcernKinds } from '../../shared/ledger/records/concerns.ts';
import { PartnerDown } from '../../shared/model/errors.ts';
import type { Role } from '../../shared/model/roles.ts';
import { problemsOf } from '../../shared/situation/problems.ts';
import { readSituation } from '../../shared/situation/read.ts';
import { readToday } from '../../shared/situation/today.ts';
import type { PlannedOrderRef } from '../shared/erp/conformance/target.ts';
import { eachWithPlant, plant } from './acts.ts';
import { days, hours } from './plant.ts';

eachWithPlant();

/** What each view says of an order, as text: `trace`, the console's page, its flows, the doctor and the mails. */
async function views(number: string) {
  const { clock, ledger, mails } = plant;
  const trace = await traceOrder(number, ledger, '--local', undefined, clock.now());
  const [order] = trace.productOrders;
  if (!order) throw new Error('The ledger does not know the order.');
  const nameActor = (role: Role) => role;
  const time = { now: clock.now(), timeZone: 'UTC', nameActor };
  const situation = await readSituation({
    ledger,
    breaker: ledger.breaker,
    clock,
    graceHours: 24,
    outageSeconds: 0,
    queue: async () => ({ waiting: 0, underWay: 0 }),
    countDeadLetters: async () => plant.letters().length,
  });
  const problems = problemsOf(situation, '--local');
  const read = (html: unknown) => unescaped(String(html));
  const page = read(await orderPageContent(order, [], time));
  return {
    order,
    trace: traceLines(trace, { where: '--local', timeZone: 'UTC' }).join('\n'),
    page,
    today: read(
      await todayPageContent(
        await readToday(situation, 30, { ledger, timeZone: 'UTC' }),
        problems,
        situation,
        time,
      ),
    ),
    list: await readOrders(parseAskedOrders({ list: 'waiting' }), 10, {
      ledger,
      ...time,
      situation: async () => situation,
    }),
    persons: await readOrders(parseAskedOrders({ list: 'concerns' }), 10, {
      ledger,
      ...time,
      situation: async () => situation,
    }),
    places: problems.map(addressOfProblem),
    status: await plant.get(number),
    flows: problems.map(({ what, next }) => `${what} ${next}`).join('\n'),
    doctor: [problemFindings(situation, '--local')].flat(),
    mail: mails.at(-1)?.text ?? '',
  };
}

/** What a person reads: each value is escaped, as `It&#39;s` and `&lt;number&gt;`. */
function unescaped(html: string): string {
  const characters = { '&#39;': "'", '&quot;': '"', '&lt;': '<', '&gt;': '>', '&amp;': '&' };
  return Object.entries(characters).reduce(
    (text, [code, character]) => text.replaceAll(code, character),
    html,
  );
}

async function released(): Promise<PlannedOrderRef> {
  const order = plant.plan('5', 'plain', { dueDate: '2026-11-26' });
  await plant.pulled();
  return order;
}

async function round(): Promise<void> {
  plant.advance(hours);
  await plant.pull();
  await plant.looked();
  await plant.alerts();
}

describe('every view of an order', () => {
  it('says that an order is well which is', async () => {
    const { number } = await released();
    await round();
    const { order, flows, doctor, mail } = await views(number);
    expect(order).toMatchObject({ state: 'in Azumuta', next: undefined });
    expect([flows, doctor, mail]).toEqual(['', [expect.objectContaining({ result: 'fine' })], '']);
  });

  it.each<[string, (order: PlannedOrderRef) => void, string, string]>([
    [
      'changed',
      (order) => plant.erp.changeQuantity(order, '8'),
      'is 5, wanted 8',
      'Correct the product order in Azumuta by hand',
    ],
    [
      'cancelled',
      (order) => plant.erp.cancel(order),
      'cancelled in the ERP',
      'If it is not built, remove it in Azumuta',
    ],
    [
      'removed in Azumuta',
      (order) => {
        plant.azumuta.remove(order.number);
        // The reconciliation asks about what is overdue.
        plant.advance(5 * days);
      },
      'Azumuta does not have it any more',
      'If it was built, book it in the ERP by hand.',
    ],
  ])('tells of one that was %s its reason and its next step', async (_, happens, why, next) => {
    // Prepare
    const order = await released();
    happens(order);

    // Act
    await round();
    const { order: traced, trace, page, flows, doctor, mail } = await views(order.number);

    // Assess
    expect(traced.state).toBe('needs a person');
    for (const text of [trace, page, mail]) {
      expect(text).toContain(why);
      expect(text).toContain(next);
    }
    expect(flows).toContain(next);
    expect(doctor).toContainEqual(
      expect.objectContaining({ result: 'notice', command: 'npm run alert -- --local' }),
    );
    for (const text of [trace, page]) expect(text).not.toContain('waits there to be completed');
  });

  it('tells when it was completed on the shop floor, apart from when that became known here', async () => {
    // Prepare
    const { number } = await released();
    plant.azumuta.complete(number);
    plant.advance(hours / 2);

    // Act
    await plant.work();
    const { page, trace } = await views(number);

    // Assess
    expect(page).toMatch(
      /Completed there<\/dt><dd><time datetime="\S+T08:00[\s\S]+Known here since<\/dt><dd><time datetime="\S+T08:30/,
    );
    for (const text of [page, trace]) expect(text).toContain('Known to be completed in Azumuta');
  });

  it('never tells to complete an order whose booking is planned, though it is overdue', async () => {
    // Prepare: the ERP is down from its completion on.
    const { number } = await released();
    plant.answers.erp = () => ({ status: 503 });
    plant.azumuta.complete(number);
    await plant.work();
    plant.advance(5 * days);

    // Act: an outage is told first.
    await plant.alerts();
    const { order, trace, page } = await views(number);
    const overdue = plant.mails.filter(({ subject }) => subject.includes('overdue'));

    // Assess
    expect(order.stage).toBe('to be booked');
    expect(overdue).toMatchObject([{ text: expect.stringContaining('waits to be booked in the ERP') }]);
    for (const text of [trace, page, ...overdue.map((mail) => mail.text)])
      expect(text).not.toMatch(/complete it/i);
  });
});

/** What any view says of a plant, or of an order, with which all is well. */
const well = /Everything works|waits there to be completed|nobody has to see|nothing is open/i;

describe('no view calls well', () => {
  const ofOrders = orderConcernKinds.filter((kind) => kind !== 'unknown-numbers');

  it.each([...ofOrders, 'dead-letter', 'overdue'] as const)('an order with %s', async (kind) => {
    // Prepare
    const { number } = await released();
    const { concerns, deadLetters } = plant.ledger;
    const facts = { content: 'content', note: 'This is why', cause: 'order-state' } as const;
    if (kind === 'dead-letter')
      await deadLetters.record({
        messageId: 'm',
        orderNumber: number,
        stage: 'book-completion',
        reason: 'This is why.',
      });
    else if (kind === 'overdue') plant.advance(5 * days);
    else await concerns.begin(number, { kind, ...facts });

    // Act
    await plant.alerts();
    const { order, list, persons, places, status, doctor, ...texts } = await views(number);

    // Assess
    const { trace, page, flows, today, mail } = texts;
    for (const text of [trace, page, flows, today, mail]) expect(text).not.toMatch(well);
    expect(order.next).toMatch(/^[A-Z].+\.$/);
    for (const text of [trace, page, flows, mail]) expect(text).toContain(order.next);
    for (const place of places) expect(today).toContain(`<a href="${place}">`);
    const inList = kind === 'overdue' ? list : persons;
    // Where there are buttons, what is typed elsewhere is left out.
    expect(inList.rows[0]?.next?.slice(0, 25)).toBe(order.next?.slice(0, 25));
    expect(list.rows).toMatchObject([{ number, says: order.says }]);
    expect(doctor).toContainEqual(expect.objectContaining({ result: 'notice' }));
    // The ERP knows by itself what is overdue.
    expect(status.status).toBe(kind === 'overdue' ? 'exists' : 'conflict');
    if (kind !== 'overdue')
      expect([order.state, status.productOrders[0].reason]).toEqual(['needs a person', 'This is why.']);
  });

  it.each([
    ['a message that waits for hours', () => waiting()],
    ['triggers with numbers that nobody knows', () => plant.ledger.concerns.countUnknownNumber('FORGED')],
    ['a partner that is down', () => outage()],
    ['a dead letter of no known order', () => plant.trigger('{"nonsense":true}')],
  ] as const)('a plant with %s', async (_, happens) => {
    // Prepare
    const { number } = await released();
    await happens();

    // Act: what belongs to no order is told once it was counted twice, an outage after five minutes.
    await plant.alerts();
    plant.advance(6 * 60_000);
    await plant.alerts();
    const { flows, today, doctor, mail } = await views(number);

    // Assess
    for (const text of [flows, today, mail]) expect(text).not.toMatch(well);
    for (const text of [flows, mail]) expect(text).not.toBe('');
    expect(doctor).toContainEqual(expect.objectContaining({ result: 'notice' }));
  });

  async function waiting() {
    const waits = {
      order: 'MO/1',
      partner: 'erp',
      since: plant.clock.now(),
      reason: 'It is locked.',
    } as const;
    await plant.ledger.attempts.recordFailure('m', { unexpected: false, waits });
  }

  async function outage() {
    const failure = new PartnerDown('It answered 503.');
    for (let nth = 0; nth < 5; nth += 1)
      await plant.ledger.breaker.recordFailure('erp', failure, 'call', 'test');
  }
});
