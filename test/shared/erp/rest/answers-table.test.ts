import { describe, expect, it } from 'vitest';
import { type Answer, startServer } from '../../../support/server.ts';
import { readAnswerRows, statusesIn, verdictInCell, verdictOfFailure } from '../answers-table.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { key, lookUp, order, smallConnector } from './small.ts';

type Given = Answer | 'cut';
const page: Answer = { body: '<html>Maintenance</html>', headers: { 'content-type': 'text/html' } };

/** Answers that the rows name by other words than statuses alone. */
const answersInWords: Readonly<Record<string, readonly Given[]>> = {
  'none: connection, TLS, time limit; a redirect; 407 of a proxy, which `fetch` takes for none': [
    'cut',
    { status: 302, headers: { location: '/login' } },
    { status: 407 },
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
};

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
  const connector = smallConnector(server.url, { book: { lookUp: [lookUp] } });
  const booking = connector.book(completionOf(order, { article: 'A' }), key, firstAttempt());
  return verdictOfFailure(await failureOf(booking));
}

describe('the table of answers in README.md', () => {
  it.each(rows)('says of $answer what the code makes of it', async (row) => {
    // Prepare
    const [toLookUp = '', toStep = ''] = row.results;
    const given =
      answersInWords[row.answer] ??
      statusesIn(row, rows).map((status) => ({ status, body: { message: 'No.' } }));
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
    const named = new Set(rows.flatMap((row) => statusesIn(row, rows)));
    const statuses = [400, 500].flatMap((first) => Array.from({ length: 60 }, (_, at) => first + at));
    expect(statuses.filter((status) => !named.has(status))).toEqual([]);
  });
});
