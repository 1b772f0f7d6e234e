import * as z from 'zod/mini';
import {
  acceptedBody,
  azumutaSandboxKey,
  defineRoute,
  erpSandboxKey,
  type SandboxCall,
  type SandboxRoute,
} from '../../../infra/local/sandbox/api.ts';
import { pathOfOperation } from '../../../infra/local/sandbox/azumuta/routes.ts';
import { startSandboxServer } from '../../../infra/local/sandbox/server.ts';
import { type Fault, setFaults } from '../../support/faults.ts';
import { type Books, tenRecordings } from './partners.ts';

/**
 * Azumuta and the ERP as stubs, in a process of their own so that their work is not measured. All they show is derived
 * from the requested number, so a stub costs nothing but its delay; and the ERP books whatever is sent, however often,
 * as only then double bookings can be counted. Each product order has one recording, or ten, of one of ten instructions.
 */
interface Booked {
  readonly id: string;
  readonly reference: string;
  readonly at: number;
}

const instructions = 10;
const article = { id: 'articleGear01', number: 'GEAR-01' };
const createdSchema = z.object({ number: z.string() });
const bookedSchema = z.object({ reference: z.string() });
const linkedSchema = z.object({ azumutaId: z.string() });

const bookings = new Map<string, Booked[]>();
const created = new Set<string>();
const links = new Map<string, string>();
let lastBookingAt = 0;

const listOf = (data: readonly unknown[]) => ({ object: 'list', next: null, data });

function productOrder(number: string) {
  return {
    object: 'product-order',
    id: `order${number}`,
    number,
    status: 'completed',
    completedAt: '2026-03-01T10:00:00Z',
    url: `https://azumuta.example/product-orders/${number}`,
    article,
    parameters: [{ key: 'Quantity', value: 5 }],
    variants: [],
    recordings: Array.from({ length: number.includes(tenRecordings) ? 10 : 1 }, (_, at) => ({
      object: 'recording',
      id: `recording${number}${at === 0 ? '' : `.${at}`}`,
    })),
  };
}

function recording(id: string) {
  const number = id.replace(/^recording|\.\d$/g, '');
  return {
    object: 'recording',
    id,
    productOrderId: `order${number}`,
    productOrderNumber: number,
    workInstruction: { id: `instruction${Number(number.replace(/\D/g, '')) % instructions}`, version: 3 },
    startedAt: '2026-03-01T09:30:00Z',
    finishedAt: '2026-03-01T10:00:00Z',
    durationSeconds: 1800,
    steps: [
      { id: 's1', name: { en: 'Good quantity' }, value: 5 },
      { id: 's2', name: { en: 'Serial number' }, value: `SN-${number}` },
      { id: 's3', name: { en: 'Torque' }, value: 41.5, unit: 'Nm', result: 'Ok' },
    ],
    url: `https://azumuta.example/recordings/${id}`,
  };
}

/** A product order for a completion always exists; one that starts with `PO-` only after it was created. */
const exists = (number: string) => !number.startsWith('PO-') || created.has(number);

const azumutaRoutes: readonly SandboxRoute[] = [
  defineRoute('GET', pathOfOperation('findProductOrder'), ({ query }) => {
    const number = query.get('number');
    return listOf(number !== null && exists(number) ? [productOrder(number)] : []);
  }),
  defineRoute('GET', pathOfOperation('readProductOrder'), ({ parameters: { id = '' } }) =>
    productOrder(id.replace(/^order/, '')),
  ),
  defineRoute('POST', pathOfOperation('createProductOrder'), ({ body }) => {
    const { number } = acceptedBody(createdSchema, body);
    created.add(number);
    return { ...productOrder(number), status: 'open' };
  }),
  defineRoute('GET', pathOfOperation('readRecording'), ({ parameters: { id = '' } }) => recording(id)),
  defineRoute('GET', '/api/v1/workinstructions/{id}', ({ parameters: { id = '' } }) => ({
    object: 'work-instruction',
    id,
    name: { en: `Instruction ${id}` },
  })),
  defineRoute('GET', '/api/v1/articles', () =>
    listOf([{ ...article, variants: [{ id: 'variantLeft', name: 'Left' }] }]),
  ),
];

function book(order: string, reference: string): Booked {
  const known = bookings.get(order) ?? [];
  lastBookingAt = Date.now();
  const booking = { id: `booking-${order}-${known.length + 1}`, reference, at: lastBookingAt };
  bookings.set(order, [...known, booking]);
  return booking;
}

const erpRoutes: readonly SandboxRoute[] = [
  defineRoute('GET', '/api/production-orders/{number}', ({ parameters: { number = '' } }) => ({
    number,
    product: article.number,
    locked: false,
    azumutaIds: [links.get(number) ?? null],
    status: bookings.has(number) ? 'done' : 'released',
  })),
  defineRoute('PATCH', '/api/production-orders/{number}', ({ parameters: { number = '' }, body }) => {
    links.set(number, acceptedBody(linkedSchema, body).azumutaId);
  }),
  defineRoute('GET', '/api/production-orders/{number}/bookings', ({ parameters: { number = '' }, query }) => {
    const reference = query.get('reference');
    const all = bookings.get(number) ?? [];
    return { bookings: all.filter((one) => reference === null || one.reference === reference) };
  }),
  defineRoute(
    'POST',
    '/api/production-orders/{number}/bookings',
    ({ parameters: { number = '' }, body }) => book(number, acceptedBody(bookedSchema, body).reference),
    201,
  ),
];

const read = (): Books => ({
  calls: { ...azumuta.control.calls(), ...erp.control.calls() },
  bookings: Object.fromEntries([...bookings].map(([order, all]) => [order, all.length])),
  bookedAt: Object.fromEntries([...bookings].map(([order, [first]]) => [order, first?.at ?? 0])),
  lastBookingAt,
});

function reset(): void {
  for (const books of [bookings, created, links]) books.clear();
  for (const { control } of [azumuta, erp]) control.forgetCalls();
  lastBookingAt = 0;
}

function fail({ parameters: { partner }, body }: SandboxCall): void {
  setFaults((partner === 'erp' ? erp : azumuta).control, acceptedBody(z.array(z.custom<Fault>()), body));
}

const control = [
  defineRoute('GET', '/sandbox/books', read),
  defineRoute('POST', '/sandbox/reset', reset),
  defineRoute('PUT', '/sandbox/faults/{partner}', fail),
];
const azumuta = await startSandboxServer({ api: azumutaRoutes, control: [], key: azumutaSandboxKey });
const erp = await startSandboxServer({ api: erpRoutes, control, key: erpSandboxKey });
process.send?.({ azumuta: azumuta.url, erp: erp.url });
process.on('disconnect', () => process.exit(0));
