import { describe, expect, it } from 'vitest';
import { type Answer, startServer } from '../../../support/server.ts';
import {
  type AnswerRow,
  readAnswerRows,
  statusesIn,
  verdictInCell,
  verdictOfFailure,
} from '../answers-table.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { byKey, key, lookUp, order, smallConnector } from './small.ts';

type Given = Answer | 'cut';
const page: Answer = { body: '<html>Maintenance</html>', headers: { 'content-type': 'text/html' } };
const redirect: Answer = { status: 302, headers: { location: '/login' } };
const proven = { key, reference: 'B-1', good: '4', scrap: '1' };

/** Answers that the rows name by other words than statuses alone. */
const answersInWords: Readonly<Record<string, readonly Given[]>> = {
  'none: connection, TLS, time limit; a redirect; 407 of a proxy, which `fetch` takes for none': [
    'cut',
    redirect,
  ],
  '404 with JSON or without a body': [{ status: 404, body: {} }, { status: 404 }],
  '404 with a web page or other text': [
    { status: 404, ...page },
    { status: 404, body: 'default backend' },
  ],
  '2xx with something in `error` or `errors`': [
    { body: { error: 'no' } },
    { status: 202, body: { errors: [{}] } },
  ],
  '2xx with a web page': [page],
  '2xx with other text, or without a body': [{ body: 'OK' }, { status: 204 }],
  // A relay
  'nothing, a redirect, 407, 408, 5xx': ['cut', redirect],
  'a success with our key, a reference and our figures': [{ body: proven }],
  'a success without them, with another key or other figures, 202': [
    { status: 202 },
    { status: 204 },
    { body: { ...proven, reference: null } },
    { body: { ...proven, key: 'another' } },
    { body: { ...proven, good: '5' } },
    page,
  ],
};

/** The answers that a row is about. */
function answersOf(row: AnswerRow, all: readonly AnswerRow[]): readonly Given[] {
  const inWords = answersInWords[row.answer] ?? [];
  // With which body a status comes is said in words.
  if (/ with(out)? /.test(row.answer)) return inWords;
  return [...inWords, ...statusesIn(row, all).map((status) => ({ status, body: { message: 'No.' } }))];
}

/** Statuses of an error that no row names. */
function statusesWithoutRow(all: readonly AnswerRow[]): number[] {
  const named = new Set(all.flatMap((row) => statusesIn(row, all)));
  const statuses = [400, 500].flatMap((first) => Array.from({ length: 60 }, (_, at) => first + at));
  return statuses.filter((status) => !named.has(status));
}

// Its other rows name the test that shows them, or are what a function of the configuration says (answers.test.ts).
const rows = readAnswerRows('rest').filter(
  ({ answer, results }) => /^\d|^any other|^none:/.test(answer) && results.every((cell) => cell !== ''),
);

/** What is made of an answer to the look-up of a booking, or to its step. */
async function verdictOn(given: Given, at: 'look-up' | 'step'): Promise<string> {
  let wrote = false;
  const server = await startServer(({ method }) => {
    const isHere = (method === 'POST') === (at === 'step');
    wrote ||= method === 'POST';
    if (isHere && !(at === 'look-up' && wrote)) return given === 'cut' ? undefined : given;
    return { body: wrote ? { key } : {} };
  });
  return verdictOfBooking(smallConnector(server.url, { book: { lookUp: [lookUp] } }));
}

/** What is made of an answer of a relay, which books each key once. */
async function verdictOnRelay(given: Given): Promise<string> {
  const server = await startServer(() => (given === 'cut' ? undefined : given));
  return verdictOfBooking(smallConnector(server.url, { book: { lookUp: [], steps: [byKey] } }));
}

async function verdictOfBooking(connector: ReturnType<typeof smallConnector>): Promise<string> {
  const completion = completionOf(order, { article: 'A', quantity: { amount: '4' }, scrap: { amount: '1' } });
  return verdictOfFailure(await failureOf(connector.book(completion, key, firstAttempt())));
}

describe('the table of answers in README.md', () => {
  it.each(rows)('says of $answer what the code makes of it', async (row) => {
    // Prepare
    const [toLookUp = '', toStep = ''] = row.results;
    const given = answersOf(row, rows);
    expect(given.length).toBeGreaterThan(0);

    // Act
    const found = await Promise.all(
      given.map(async (answer) => [await verdictOn(answer, 'look-up'), await verdictOn(answer, 'step')]),
    );

    // Assess
    const said = [toLookUp, toStep.startsWith('the same') ? toLookUp : toStep].map(verdictInCell);
    const others = given.filter((_, at) => String(found[at]) !== String(said));
    expect(others).toEqual([]);
  });

  it('has a row for each status of an error', () => {
    expect(statusesWithoutRow(rows)).toEqual([]);
  });
});

describe('the table of answers in RELAY.md', () => {
  const relayRows = readAnswerRows('rest', { page: 'RELAY.md', heading: '## The contract' });

  it.each(relayRows)('says of $answer what the code makes of it', async (row) => {
    // Prepare
    const given = answersOf(row, relayRows);
    expect(given.length).toBeGreaterThan(0);

    // Act
    const found = await Promise.all(given.map(verdictOnRelay));

    // Assess
    const others = given.filter((_, at) => found[at] !== verdictInCell(row.results[0] ?? ''));
    expect(others).toEqual([]);
  });

  it('has a row for each status of an error', () => {
    expect(statusesWithoutRow(relayRows)).toEqual([]);
  });
});
