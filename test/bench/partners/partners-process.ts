import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { listenOnLoopback } from '../../support/loopback.ts';
import { createBooks } from './partner-books.ts';

/**
 * Azumuta and the ERP as stubs, in a process of their own so that their work is not measured. Each answers after a
 * fixed delay, and counts. `GET /bench`, `POST /bench/reset?orders=`, `POST /bench/fail?ms=` and `POST
 * /bench/hold-back` control the stubs, without delay.
 */
const delayMs = Number(process.argv[2] ?? 5);
const books = createBooks();

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

async function answerOf(request: IncomingMessage, url: URL): Promise<Answer> {
  const { pathname, searchParams } = url;
  const parts = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const [api, second, third, fourth, fifth] = parts;
  if (api !== 'api') return { status: 404, body: {} };
  if (second === 'v1') return azumuta(request, third, fourth, searchParams);
  if (books.failing(Date.now())) {
    books.count('erp refused');
    return { status: 503, body: { error: { message: 'closed for three seconds' } } };
  }
  if (second !== 'production-orders') return { status: 404, body: {} };
  return erp(
    request,
    third === undefined ? undefined : { order: third, part: fourth ?? fifth },
    searchParams,
  );
}

async function azumuta(
  request: IncomingMessage,
  collection: string | undefined,
  id: string | undefined,
  query: URLSearchParams,
): Promise<Answer> {
  if (collection === 'productorders' && request.method === 'POST') {
    const { number } = JSON.parse(await text(request));
    books.count('azumuta create');
    return { body: books.create(String(number)) };
  }
  if (collection === 'productorders') {
    books.count('azumuta product order');
    const number = query.get('number');
    if (id !== undefined) return { body: books.productOrder(id.replace(/^order/, '')) };
    const found = number !== null && books.exists(number) ? [books.productOrder(number)] : [];
    return { body: { object: 'list', url: '/productorders', next: null, data: found } };
  }
  if (collection === 'recordings' && id !== undefined) {
    books.count('azumuta recording');
    return { body: books.recording(id) };
  }
  if (collection === 'workinstructions' && id !== undefined) {
    books.count('azumuta work instruction');
    return { body: { object: 'work-instruction', id, name: { en: `Instruction ${id}` } } };
  }
  if (collection === 'articles') {
    books.count('azumuta article');
    const number = query.get('number');
    const variants = [{ id: 'variantLeft', name: 'Left' }];
    return { body: { object: 'list', next: null, data: [{ id: 'articleGear01', number, variants }] } };
  }
  return { status: 404, body: {} };
}

async function erp(
  request: IncomingMessage,
  wanted: { readonly order: string; readonly part: string | undefined } | undefined,
  query: URLSearchParams,
): Promise<Answer> {
  if (!wanted) {
    books.count('erp page');
    return {
      body: books.page(
        query.get('changedSince'),
        Number(query.get('page') ?? 1),
        Number(query.get('pageSize') ?? 50),
      ),
    };
  }
  const { order, part } = wanted;
  if (part === 'bookings' && request.method === 'POST') {
    const { reference } = JSON.parse(await text(request));
    books.count('erp booking');
    const booking = books.book(order, String(reference), Date.now());
    if (books.isHeldBack()) await pause(15_000);
    return { status: 201, body: booking };
  }
  if (part === 'bookings') {
    books.count('erp look at bookings');
    return { body: { bookings: books.bookingsOf(order, query.get('reference')) } };
  }
  if (request.method === 'PATCH') {
    const { azumutaId } = JSON.parse(await text(request));
    books.link(order, String(azumutaId));
    books.count('erp link');
    return { body: {} };
  }
  books.count('erp look at order');
  const status = books.isBooked(order) ? 'done' : 'released';
  return {
    body: { number: order, product: 'GEAR-01', status, locked: false, azumutaIds: [books.linkOf(order)] },
  };
}

async function own(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  if (url.pathname === '/bench/reset') books.reset(Number(url.searchParams.get('orders') ?? 0));
  if (url.pathname === '/bench/hold-back') books.holdBack();
  if (url.pathname === '/bench/fail') books.fail(Number(url.searchParams.get('ms')), Date.now());
  await text(request);
  send(response, { body: books.read() });
}

function send(response: ServerResponse, { status = 200, body }: Answer): void {
  const sent = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) })
    .end(sent);
}

const { port } = await listenOnLoopback((request, response) => {
  const url = new URL(request.url ?? '/', 'http://stub');
  if (url.pathname.startsWith('/bench')) {
    void own(request, response, url);
    return;
  }
  const began = performance.now();
  answerOf(request, url).then(
    (answer) => {
      setTimeout(() => send(response, answer), Math.max(0, delayMs - (performance.now() - began)));
    },
    (error: unknown) => send(response, { status: 400, body: { error: { message: String(error) } } }),
  );
});
process.send?.({ port });
process.on('disconnect', () => process.exit(0));
