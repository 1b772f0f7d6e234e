import { expect, it } from 'vitest';
import { tryBookingOnce } from '../../../../infra/ops/trial/trial.ts';
import { rest, textAt } from '../../../../shared/erp/rest/index.ts';
import { newSignal } from '../../../shared/erp/conformance/attempts.ts';
import { completionOf } from '../../../shared/erp/conformance/completions.ts';
import { connected } from '../../../shared/erp/rest/sandbox.ts';
import { smallOptions } from '../../../shared/erp/rest/small.ts';
import { type Answer, startServer } from '../../../support/server.ts';

interface Booked {
  readonly key: string;
  readonly good: string;
}

/** A relay, and a trial of it. @param answer What it answers to each call, which it counts from 1. */
async function tried(answer: (booked: Booked, call: number) => Answer) {
  const server = await startServer(({ body }) => answer(JSON.parse(body), server.calls.length));
  const definition = rest({
    ...smallOptions(server.url),
    book: {
      lookUp: [],
      steps: [
        {
          name: 'the quantity',
          once: 'byKey',
          request: ({ key, built }) => ({ path: '/book', body: { key, good: built.good } }),
          proof: ({ json }) => ({
            key: textAt(json, 'key'),
            reference: textAt(json, 'reference'),
            good: textAt(json, 'good'),
          }),
        },
      ],
    },
  });
  const connector = connected(definition, { apiKey: 'canary-7a1d' });
  const trial = await tryBookingOnce(connector, completionOf({ number: '4711' }), newSignal());
  return { trial, calls: server.calls.length };
}

const proof = ({ key, good }: Booked, reference: string): Answer => ({ body: { key, good, reference } });

it('shows that a promise is kept: one reference for the same key, three times', async () => {
  const { trial, calls } = await tried((booked) => proof(booked, 'B-1'));

  expect(trial).toMatchObject({ references: ['B-1'], failures: [], isKept: true });
  expect(calls).toBe(3);
});

it('takes it for kept where one of two that come at once has to wait', async () => {
  const { trial } = await tried((booked, call) =>
    call === 2 ? { status: 423, body: { message: 'This key is being booked.' } } : proof(booked, 'B-1'),
  );

  expect(trial).toMatchObject({ references: ['B-1'], isKept: true });
  expect(trial.failures).toEqual([expect.stringContaining('This key is being booked')]);
});

it.each<[string, (booked: Booked, call: number) => Answer]>([
  ['two bookings of one key', (booked, call) => proof(booked, `B-${call}`)],
  ['another booking later', (booked, call) => proof(booked, call === 3 ? 'B-2' : 'B-1')],
  ['202, as of a flow without a response', () => ({ status: 202, body: '' })],
  ['a success without our key', () => ({ body: { reference: 'B-1' } })],
  [
    'an answer to the first one only',
    (booked, call) => (call === 1 ? proof(booked, 'B-1') : { status: 500 }),
  ],
  ['a refusal of the second one', (booked, call) => (call === 2 ? { status: 409 } : proof(booked, 'B-1'))],
])('shows that it is not kept: %s', async (_, answer) => {
  const { trial } = await tried(answer);

  expect(trial.isKept).toBe(false);
});
