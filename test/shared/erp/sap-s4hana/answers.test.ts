import { describe, expect, it } from 'vitest';
import { failureOf as failureOfAnswer } from '../../../../shared/erp/sap-s4hana/errors.ts';
import type { HttpResponse } from '../../../../shared/platform/http.ts';
import { failureOf } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import type { Answer } from '../conformance/fault-proxy.ts';
import { rejection } from '../conformance/rejection.ts';
import { startPlant } from './plant.ts';

const busy = 'Order 1000020 is already being processed by MILLER';
const odata = (value: unknown, more: object = {}) => ({
  error: { code: 'RU/505', message: { lang: 'en', value }, ...more },
});
const detail = (message: string, more: object = {}) => ({
  code: 'RU/014',
  message,
  severity: 'error',
  ...more,
});
const withDetails = (errordetails: unknown, value: unknown = 'The confirmation could not be posted') =>
  odata(value, { innererror: { errordetails } });

function failureOfBody(json: unknown, status = 400) {
  const response: HttpResponse = { status, headers: new Headers(), json, text: JSON.stringify(json) };
  return failureOfAnswer(response, { what: 'the confirmation', wrote: 'perhaps', now: new Date() });
}

describe('an error of SAP', () => {
  it.each<[string, unknown]>([
    ['its own sentence', odata(busy)],
    ['its own text', { error: { code: 'CO/469', message: busy } }],
    ['a list of details', withDetails([detail('Another one'), detail(busy)])],
    ['a detail that is a mere warning', withDetails([detail(busy, { severity: 'warning' })])],
    ['a detail instead of a list', withDetails(detail(busy))],
    ['a list in an object', withDetails({ errordetail: [detail(busy)] })],
    ['a detail in an object', withDetails({ errordetail: detail(busy) })],
    ['a detail with its text in a value', withDetails([{ message: { value: busy } }])],
    ['the exception of a detail', withDetails([detail('No', { code: '/IWBEP/CX_ENTITY_CUD_LOCKED' })])],
    ['its own code, in German', { error: { code: 'CO/469', message: { value: 'Auftrag wird bearbeitet' } } }],
    ['the code of a detail', withDetails([detail('Die Reservierung wird bearbeitet', { code: 'CO/470' })])],
    ['its own exception', { error: { code: 'CX_PP_ORDER_LOCK', message: { value: 'No' } } }],
    ['details beside a sentence that is none', withDetails([detail(busy)], null)],
  ])('lets the order wait when %s says that somebody has it', (_, body) => {
    expect(failureOfBody(body)).toMatchObject({ name: 'RetryLater', scope: 'order' });
  });

  it.each<[string, unknown, string]>([
    ['a list of details', withDetails([detail('Not active')]), 'could not be posted; Not active'],
    ['one detail', withDetails(detail('Not active')), 'could not be posted; Not active'],
    ['an object of them', withDetails({ errordetail: [detail('Not active')] }), 'be posted; Not active'],
    ['an empty object', withDetails({}), 'The confirmation could not be posted'],
    [
      'details of another form',
      withDetails([7, null, { text: 'x' }]),
      'The confirmation could not be posted',
    ],
    ['no details', odata('Order does not exist'), 'Order does not exist'],
    ['details that are null', odata('Order does not exist', { innererror: null }), 'Order does not exist'],
    ['a sentence without an object', { error: { message: 'Not allowed' } }, 'Not allowed'],
    ['a code that is a number', { error: { code: 7, message: { value: 'Not allowed' } } }, 'Not allowed'],
    ['nothing', {}, 'without a reason'],
  ])('repeats its sentence, with %s', (_, body, sentence) => {
    expect(failureOfBody(body)).toMatchObject(rejection(sentence, 'refused-by-erp'));
  });

  it.each([412, 423])('lets the order wait with status %i, whatever it says', (status) => {
    expect(failureOfBody(odata('Precondition failed'), status)).toMatchObject({
      name: 'RetryLater',
      scope: 'order',
    });
  });
});

/** The table in shared/erp/sap-s4hana/README.md, row by row: what is answered to which call of a booking, and what comes of it. */
describe('an answer to a booking', () => {
  const page = { headers: { 'content-type': 'text/html' }, body: '<html>Forbidden</html>' };
  const json = (status: number, body: unknown): Answer => ({ status, body: JSON.stringify(body) });
  const notShown = { d: { ConfirmationGroup: '1', ConfirmationCount: '1' } };
  const inactive = { error: { code: '/IWFND/MED/170', message: { value: 'No service found' } } };
  const retryPartner = { name: 'RetryLater', scope: 'partner' };
  const isActive = { ...retryPartner, message: expect.stringContaining('service is active') };
  const retryOrder = { name: 'RetryLater', scope: 'order' };

  it.each<[what: string, call: number, answers: Answer, times: number, failure: object]>([
    ['401 twice', 1, { status: 401 }, 2, { ...retryPartner, unauthorized: true }],
    ['403 to the confirmation', 3, { status: 403 }, 1, retryOrder],
    ['404 to the order', 1, json(404, odata('Resource not found')), 1, { name: 'UnknownOrder' }],
    ['404 of the gateway to the order', 1, json(404, inactive), 1, isActive],
    ['404 of the gateway to the confirmations', 2, json(404, inactive), 1, retryPartner],
    ['404 without a word to the confirmations', 2, { status: 404, body: '' }, 1, retryPartner],
    ['404 of the gateway to the confirmation', 3, json(404, inactive), 1, retryPartner],
    ['a page', 1, { status: 404, ...page }, 1, retryPartner],
    ['404 to the confirmations', 2, json(404, odata('Resource not found')), 1, retryPartner],
    ['423', 3, json(423, odata('Locked')), 1, retryOrder],
    ['400 of a lock', 3, json(400, odata(busy)), 1, retryOrder],
    [
      '400',
      3,
      json(400, odata('Order 1000020 closed')),
      1,
      { name: 'Rejected', causeCode: 'refused-by-erp' },
    ],
    ['429', 3, { status: 429, headers: { 'retry-after': '17' } }, 1, { ...retryPartner, afterSeconds: 17 }],
    ['500', 3, { status: 500 }, 1, { ...retryPartner, wrote: 'perhaps' }],
    ['200 without OData', 3, { status: 200, body: '{"ok":true}' }, 1, { ...retryPartner, wrote: 'perhaps' }],
    ['201 for what is not there', 3, json(201, notShown), 1, { ...retryOrder, wrote: 'perhaps' }],
  ])('is understood: %s', async (_, call, answer, times, expected) => {
    // Prepare: calls 1 and 2 look, 3 confirms.
    const { faults, plan, book, confirmationsOf } = startPlant();
    const order = plan();
    faults.beforeCall(call, () => faults.answerNext(answer, times));

    // Act
    const failure = await failureOf(book(completionOf(order)));

    // Assess
    expect(failure).toMatchObject(expected);
    expect(String(failure)).toContain(call === 3 && answer.status === 400 ? order.number : 'SAP');
    expect(confirmationsOf(order.number)).toEqual([]);
  });

  it('waits for an order whose status is locked', async () => {
    const { books, plan, book } = startPlant();
    const order = plan();
    books.change(books.find(order.number), { OrderIsLocked: 'X' });

    expect(await failureOf(book(completionOf(order)))).toMatchObject({
      ...retryOrder,
      message: expect.stringContaining(order.number),
    });
  });

  it('waits when somebody wrote the text in between', async () => {
    // Prepare: call 5 reads the order for its text, 6 changes it.
    const { books, faults, plan, book } = startPlant({ notesField: 'OrderLongText' });
    const order = plan();
    faults.beforeCall(6, () =>
      books.change(books.find(order.number), { OrderLongText: 'A planner wrote this' }),
    );

    // Act
    const failure = await failureOf(book(completionOf(order, { notes: ['All checks in order'] })));

    // Assess
    expect(failure).toMatchObject({ ...retryOrder, wrote: 'known' });
    expect(books.find(order.number).OrderLongText).toBe('A planner wrote this');
  });
});
