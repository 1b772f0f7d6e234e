import { describe, expect, it } from 'vitest';
import { readAnswerRows, verdictInCell, verdictOfFailure } from '../answers-table.ts';
import { failureOf } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import type { Answer } from '../conformance/fault-proxy.ts';
import { rejection } from '../conformance/rejection.ts';
import { startPlant } from './plant.ts';

const error = (status: number, code: string, message = 'No.'): Answer => ({
  status,
  body: JSON.stringify({ error: { code, message: `${message}  CorrelationId:  7c1f0e4b.` } }),
});
const page: Answer = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Log in</html>' };
const locked =
  "We can't save your changes right now, because a record in table 'Item' is being updated in a transaction done by another session.";

type Plant = ReturnType<typeof startPlant>;
/** A booking that is answered so at one of its calls. A container logs in first: its look is call 2, the line 3, the POST 4. */
const answeredAt =
  (call: number, answer: Answer, times = 1) =>
  async (plant: Plant) => {
    plant.faults.beforeCall(call, () => plant.faults.answerNext(answer, times));
    return failureOf(plant.book(completionOf(plant.plan())));
  };
const toPost = (answer: Answer) => answeredAt(4, answer);
/** One of these, each with a plant of its own. */
const each = (...cases: readonly ((plant: Plant) => Promise<unknown>)[]) => cases;

/** What makes each row of the page's table. */
const casesOf: Readonly<Record<string, readonly ((plant: Plant) => Promise<unknown>)[]>> = {
  'token: 400, 401': each(
    (plant) => failureOf(plant.book(completionOf(plant.plan()), plant.connect({}, 'expired'))),
    answeredAt(1, { status: 400, body: '{"error":"unauthorized_client"}' }, 2),
  ),
  '401, with a new token too': each(async ({ server, ...plant }) => {
    server.isCardDisabled = true;
    const failure = await failureOf(plant.book(completionOf(plant.plan())));
    expect(failure).toMatchObject({ unauthorized: true });
    return failure;
  }),
  '403 to an order': each(
    ({ server, ...plant }) => {
      server.forbidden = 'bookings';
      return failureOf(plant.book(completionOf(plant.plan())));
    },
    toPost(error(400, 'Authorization_RequestDenied')),
  ),
  '403 to the list': each(({ server, ...plant }) => {
    server.forbidden = 'orderLines';
    return failureOf(plant.listed());
  }),
  '404 `BadRequest_ResourceNotFound`': each(({ server, ...plant }) => {
    server.extension = undefined;
    return failureOf(plant.book(completionOf(plant.plan())));
  }),
  '400 with `Could not find a property`': each(
    toPost(error(400, 'BadRequest', "Could not find a property named 'finish' on type 'NAV.booking'")),
  ),
  'a row with another major version of the extension': ['0.9.0.0', '2.0.0.0', ''].map(
    (version) =>
      ({ server, ...plant }: Plant) => {
        server.extension = version;
        return failureOf(plant.book(completionOf(plant.plan())));
      },
  ),
  '404 `Internal_CompanyNotFound`': each(
    async (plant) => {
      const failure = await answeredAt(
        2,
        error(404, 'BadRequest_NotFound', 'No company has this id.'),
      )(plant);
      expect(String(failure)).toContain('Correct company in the configuration');
      return failure;
    },
    async (plant) => {
      const connector = plant.connect({ company: '11111111-2222-3333-4444-555555555555' });
      const failure = await failureOf(plant.book(completionOf(plant.plan()), connector));
      expect(String(failure)).toContain('CRONUS BE (5d115c9c-44e3-ea11-bb43-000d3a2feca1)');
      return failure;
    },
  ),
  'a page, no JSON, another form': each(
    answeredAt(2, page),
    answeredAt(3, { status: 200, body: '{"ok":true}' }),
    async (plant) => {
      const failure = await toPost({ status: 200, body: '' })(plant);
      expect(failure).toMatchObject({ wrote: 'perhaps' });
      return failure;
    },
  ),
  '200 without rows, to the order': each(
    (plant) => failureOf(plant.book(completionOf({ number: 'RPO-9999/10000' }))),
    (plant) => failureOf(plant.book(completionOf({ number: 'RPO-9999' }))),
    // Beyond an Integer, which the filter would not take.
    async (plant) => {
      const failure = await failureOf(plant.book(completionOf({ number: 'RPO-9999/9999999999' })));
      expect(plant.faults.calls().filter(({ url }) => url.includes('/orderLines'))).toEqual([]);
      return failure;
    },
  ),
  '400 `AZ-STATE`, `AZ-UNKNOWN`, `AZ-CONFLICT`, `AZ-FIGURES`, `AZ-SETUP`': [
    'AZ-STATE',
    'AZ-UNKNOWN',
    'AZ-CONFLICT',
    'AZ-FIGURES',
    'AZ-SETUP',
  ].map((code) => toPost(error(400, 'Application_DialogException', `${code}: It is so`))),
  '400 `AZ-SAME-KEY`': each(toPost(error(400, 'Application_DialogException', 'AZ-SAME-KEY: there'))),
  '400 with another code': [
    'Application_DialogException',
    'Application_FieldValidationException',
    'Application_CallbackNotAllowed',
    'Internal_RecordNotFound',
    'Internal_InvalidTableRelation',
    'Internal_DataNotFoundFilter',
  ].map((code) => toPost(error(400, code))),
  '409, 412, 428': [409, 412, 428].map((status) => toPost(error(status, 'Request_EntityChanged'))),
  'the words of a locked record, with any status': [
    ...[400, 409, 500].map((status) => toPost(error(status, 'Unknown', locked))),
    toPost(error(400, 'Request_EntityChanged')),
  ],
  '408, 429, 502, 503, 504, no answer': [
    ...[408, 429, 502, 503, 504].map((status) => toPost(error(status, 'Internal_TenantUnavailable'))),
    async ({ faults, ...plant }: Plant) => {
      faults.crashAt(4, 'after');
      return failureOf(plant.book(completionOf(plant.plan())));
    },
  ],
  '500 with a code': each(async (plant) => {
    const failure = await toPost(error(500, 'Internal_ServerError', 'Something went wrong'))(plant);
    expect(failure).toMatchObject({ atMostSeconds: 3600, wrote: 'perhaps' });
    return failure;
  }),
  '201, but the booking is not shown': each(({ books, ...plant }) => {
    books.ignoreNext = true;
    return failureOf(plant.book(completionOf(plant.plan())));
  }),
  'our key without entries': each(async ({ books, ...plant }) => {
    books.commitsAmidPosting = true;
    const failure = await failureOf(plant.book(completionOf(plant.plan())));
    expect(failure).toMatchObject(rejection('without entries', 'booked-otherwise'));
    return failure;
  }),
  'our key with another order or figures': each(async (plant) => {
    const order = plant.plan();
    await plant.book(completionOf(order));
    const failure = await failureOf(plant.book(completionOf(order, { quantity: { amount: '4' } })));
    expect(failure).toMatchObject({ causeCode: 'booked-otherwise' });
    return failure;
  }),
};

const rows = readAnswerRows('business-central');

it('has a case for each row of the page, and a row for each case', () => {
  expect(Object.keys(casesOf)).toEqual(rows.map(({ answer }) => answer));
});

describe.each(rows)('$answer', ({ answer, results: [result = ''] }) => {
  const words = /wait for this order/.test(result) ? 'wait for this order' : result;
  it.each((casesOf[answer] ?? []).map((run, at) => [at + 1, run] as const))(
    'is what the page says (%i)',
    async (_, run) => {
      const failure = await run(startPlant());

      expect(verdictOfFailure(failure)).toBe(verdictInCell(words));
      expect(String(failure)).not.toContain('CorrelationId');
    },
  );
});

it('takes a refusal for none where a look finds our booking', async () => {
  // Prepare: the answer to the POST is lost, and another one comes in its place.
  const { book, plan, faults, books } = startPlant();
  const completion = completionOf(plan());
  const probe = completionOf(plan());
  await book(probe);
  faults.reset();
  faults.beforeCall(4, async () => void (await book(completion)));

  // Act
  const receipt = await book(completion);

  // Assess
  expect(receipt.alreadyBooked).toBe(true);
  expect(books.bookings.filter(({ orderNo }) => completion.erpOrder.number.startsWith(orderNo))).toHaveLength(
    1,
  );
});

it('sends a refusal in the words of Business Central, without the id of the call', async () => {
  const failure = await toPost(error(400, 'Application_DialogException', 'Item BIKE is blocked'))(
    startPlant(),
  );
  expect(failure).toMatchObject(rejection('refused the booking of order RPO-.*: Item BIKE is blocked.'));
});
