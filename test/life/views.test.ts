import { describe, expect, it } from 'vitest';
import { orderPageContent } from '../../infra/console/pages/order.ts';
import { parseAskedOrders, readOrders } from '../../infra/console/pages/orders.ts';
import { addressOfProblem } from '../../infra/console/pages/places.ts';
import { todayPageContent } from '../../infra/console/pages/today.ts';
import { problemFindings } from '../../infra/ops/doctor/check-stack.ts';
import { endings } from '../../infra/ops/orders/end-order.ts';
import { traceLines } from '../../infra/ops/trace/report.ts';
import { traceOrder } from '../../infra/ops/trace/trace.ts';
import { orderConcernKinds } from '../../shared/ledger/records/concerns.ts';
import { PartnerDown } from '../../shared/model/errors.ts';
import type { Role } from '../../shared/model/roles.ts';
import { problemsOf } from '../../shared/situation/problems.ts';
import { readSituation } from '../../shared/situation/read.ts';
import { readToday } from '../../shared/situation/today.ts';
import type { PlannedOrderRef } from '../shared/erp/conformance/target.ts';
import { dueTerms, lookingLocally } from '../support/due.ts';
import { newOrder } from '../support/orders.ts';
import { eachWithPlant, endDependencies, plant, withoutArticles } from './acts.ts';
import { days, hours } from './plant.ts';

eachWithPlant();

/** What each view says of an order, as text: `trace`, the console's page, its flows, the doctor and the mails. */
async function views(number: string) {
  const { clock, ledger, mails } = plant;
  const trace = await traceOrder(number, ledger, lookingLocally(clock.now()));
  const [order] = trace.productOrders;
  if (!order) throw new Error('The ledger does not know the order.');
  const nameActor = (role: Role) => role;
  const time = { now: clock.now(), timeZone: 'UTC', nameActor };
  const situation = await readSituation({
    ledger,
    breaker: ledger.breaker,
    clock,
    mode: 'live',
    ...dueTerms,
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
      now: { at: clock.now(), ...dueTerms },
      nameActor,
      situation: async () => situation,
    }),
    persons: await readOrders(parseAskedOrders({ list: 'concerns' }), 10, {
      ledger,
      now: { at: clock.now(), ...dueTerms },
      nameActor,
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
    const overdue = plant.mails.filter(({ subject }) => subject.includes(' late'));

    // Assess
    expect(order.stage).toBe('to be booked');
    expect(overdue).toMatchObject([{ text: expect.stringContaining('waits to be booked in the ERP') }]);
    for (const text of [trace, page, ...overdue.map((mail) => mail.text)])
      expect(text).not.toMatch(/complete it/i);
  });
});

describe('an order that is due', () => {
  const today = '2026-11-24';

  it('today is said to be due today, and late nowhere', async () => {
    // Prepare: 09:00 on the day on which it is due
    plant.plan('5', 'plain', { dueDate: today });
    await plant.pulled();
    await round();

    // Act
    const { order, trace, page, flows, doctor, mail, today: console, list } = await views('MO/0001');

    // Assess
    for (const text of [order.says, trace, page, list.rows[0]?.says])
      expect(text).toContain('It is due today.');
    expect(console).toMatch(/>Due today: 1 product order<[\s\S]*MO\/0001(<\/span>)?<\/a> in Azumuta/);
    expect(console).toContain('Late: none');
    for (const text of [trace, page, flows, mail]) expect(text).not.toMatch(/ late|overdue/i);
    expect(doctor).toMatchObject([{ result: 'fine' }]);
  });

  it.each<[where: string, string, happens: () => Promise<unknown>]>([
    ['nobody can build it', 'to be created \\(unknown article\\)', async () => withoutArticles()],
    [
      'the mapping refuses it',
      'to be created \\(configuration\\)',
      async () =>
        plant.deploy({
          productOrders: {
            parameters: () => {
              throw new Error('It has no drawing.');
            },
          },
        }),
    ],
    [
      'it waits for Azumuta',
      'to be created',
      async () => {
        plant.answers.azumuta = () => ({ status: 503 });
      },
    ],
  ])('earlier is late in every view where %s, with where it stands', async (_, where, happens) => {
    // Prepare: another one is late in Azumuta
    plant.plan('5', 'plain', { dueDate: '2026-11-22' });
    await plant.pulled();
    plant.advance(hours);
    await happens();
    plant.plan('5', 'plain', { dueDate: '2026-11-20' });
    await plant.pull();
    await plant.work(hours / 2);
    await plant.alerts();

    // Act
    const { order, trace, page, flows, doctor, today: console } = await views('MO/0002');
    const mails = plant.mails.filter(({ subject }) => subject.includes('late'));

    // Assess
    for (const text of [order.says, trace, page])
      expect(text).toContain('It is late: it was due 2026-11-20.');
    expect(console).toMatch(
      new RegExp(
        `>Late: 2 product orders<[\\s\\S]*MO/0002[\\s\\S]*4 days[\\s\\S]*${where}[\\s\\S]*2 days[\\s\\S]*in Azumuta`,
      ),
    );
    for (const text of [flows, JSON.stringify(doctor)]) expect(text).toContain('2 product orders are late');
    expect(JSON.stringify(doctor)).toMatch(new RegExp(`1 ${where}, 1 in Azumuta`, 'i'));
    expect(mails).toMatchObject([{ subject: expect.stringContaining('2 product orders are late') }]);
    expect(mails[0]?.text).toMatch(/MO\/0002[\s\S]*it was due 2026-11-20/);
  });

  it('is late no more once its date is moved, or a person has given it up', async () => {
    // Prepare
    const [moved, ended] = ['2026-11-20', '2026-11-21'].map((dueDate) =>
      plant.plan('5', 'plain', { dueDate }),
    );
    if (!moved || !ended) throw new Error('Two were planned.');
    await plant.pulled();
    const before = (await views('MO/0001')).flows;

    // Act
    plant.erp.changeDueDate(moved, '2026-12-24');
    await plant.pulled();
    await endings['give-up'](
      { number: ended.number, go: true, note: 'built by hand (An)' },
      endDependencies(),
    );

    // Assess
    expect(before).toContain('2 product orders are late');
    expect((await views('MO/0001')).today).toContain('Late: none');
  });

  it('is not said to be late while parts of it wait for the time of the plant at which they are booked', async () => {
    // Prepare: nobody has looked for such times since yesterday
    const book = { at: ['14:00'] };
    plant.deploy({ productOrders: { split: { per: 'unit', book } } });
    const { number } = await released();
    plant.azumuta.complete(`${number}/2`);
    await plant.work();
    plant.advance(days);
    const { window } = await plant.ledger.knownOrders.readNamed(`${number}/1`);

    // Act
    await plant.alerts();
    const { order, trace, page, flows, doctor, mail, today: console, list } = await views(`${number}/2`);

    // Assess
    expect(window?.dueAt).toBeLessThan(plant.clock.now().getTime());
    expect(order.says).toContain('booked at the next time of the plant');
    expect(console).toContain('Late: none');
    const lines = list.rows.map(({ says }) => says).join();
    for (const text of [trace, page, flows, mail, lines]) expect(text).not.toMatch(/\blate\b|overdue/i);
    expect(doctor).toMatchObject([{ result: 'fine' }]);
    expect(await plant.ledger.due.listOverdue(plant.clock.now(), 10)).toEqual([]);
  });

  it('is counted to a thousand, and then at least: two hundred late ones are two hundred', async () => {
    // Prepare
    const put = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, at) =>
          plant.ledger.orders.create(newOrder({ number: `L/${count}/${at}`, dueDate: '2026-11-20' })),
        ),
      );
    await put(200);
    const some = await views('L/200/0');

    // Act
    await put(900);
    const many = await views('L/200/0');

    // Assess
    expect(some.today).toContain('Late: 200 product orders');
    expect(many.today).toContain('Late: at least 1000 product orders');
    expect(many.flows).toContain('At least 1000 product orders are late');
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
    // Where there are buttons, what is typed elsewhere is left out. What Azumuta does not have is not listed as there.
    expect(inList.rows[0]?.next?.slice(0, 25)).toBe(order.next?.slice(0, 25));
    expect(list.rows).toMatchObject(kind === 'removed' ? [] : [{ number, says: order.says }]);
    expect(doctor).toContainEqual(expect.objectContaining({ result: 'notice' }));
    // The ERP knows by itself what is overdue.
    expect(status.status).toBe(kind === 'overdue' ? 'exists' : 'conflict');
    if (kind !== 'overdue')
      expect([order.state, status.productOrders[0].reason]).toEqual(['needs a person', 'This is why.']);
  });

  it.each([
    ['a message that waits for hours', () => waiting()],
    ['triggers with numbers that nobody knows', () => plant.ledger.unknownNumbers.count('FORGED')],
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
