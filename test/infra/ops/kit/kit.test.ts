import { describe, expect, it } from 'vitest';
import {
  readRecordingOfAccount,
  secretIn,
  writtenRecording,
} from '../../../../infra/local/recorded/account-recording.ts';
import { orderSeen } from '../../../../infra/ops/kit/evidence.ts';
import type { KitVerdict } from '../../../../infra/ops/kit/judge.ts';
import { pageOfKit, toRemove } from '../../../../infra/ops/kit/page.ts';
import { KitInterrupted } from '../../../../infra/ops/kit/questions.ts';
import { mostKitCalls } from '../../../../infra/ops/kit/talk.ts';
import { assumptions } from '../../../../shared/azumuta/assumptions.ts';
import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { valueAt } from '../../../../shared/platform/places.ts';
import { dialects, dialectsOfOthers } from '../../../support/dialects/index.ts';
import type { Answer, Received } from '../../../support/server.ts';
import { kitNumber, startDemoWorkspace } from './acted.ts';
import { falseIn } from './false-assumptions.ts';

describe('the kit in an account that talks as assumed', () => {
  it('says so: nothing differs, and what nobody has shown is not seen', async () => {
    const { run } = await startDemoWorkspace();

    const { verdicts } = await run();

    const of = (is: KitVerdict['is']) => verdicts.filter((one) => one.is === is).map(({ name }) => name);
    expect(of('differs')).toEqual([]);
    expect(of('not seen')).toEqual(['nextPage', 'statusAtTrigger', 'finalRecording']);
    expect(of('for Azumuta')).toEqual(['batchOrders']);
    expect(verdicts).toHaveLength(assumptions.length);
  });

  it('creates one order twice and none of an unknown article, within its calls, and names what is left', async () => {
    // Prepare
    const { run, calls, account } = await startDemoWorkspace();

    // Act: nobody deletes it
    const { seen, verdicts } = await run({}, { deleted: () => 'skip' });

    // Assess
    expect(calls.length).toBeLessThanOrEqual(mostKitCalls);
    const made = account.productOrders().map(({ number }) => number);
    expect(made).toEqual(['MO/0000', kitNumber, kitNumber]);
    expect(toRemove(seen)).toEqual([
      expect.stringMatching(new RegExp(`^${kitNumber}: http.*/product-orders/`)),
      `${kitNumber} (a second one)`,
    ]);
    expect(pageOfKit(seen, verdicts)).toContain(`- ${kitNumber} (a second one)`);
  });
});

it.each([...dialects, ...dialectsOfOthers])(
  'holds nothing that is false in the dialect $name, and names each difference',
  async (dialect) => {
    // Prepare
    const { run, calls } = await startDemoWorkspace(dialect);

    // Act
    const { verdicts } = await run();

    // Assess
    expect(calls.length).toBeLessThanOrEqual(mostKitCalls);
    const wrong = new Set<string>(falseIn(dialect).map(({ name }) => name));
    const is = verdicts.filter(({ name }) => wrong.has(name)).map((one) => `${one.name} ${one.is}`);
    expect(is.length).toBeGreaterThan(8);
    expect(is.filter((one) => !one.endsWith(' differs'))).toEqual([]);
  },
);

describe.each(dialectsOfOthers)(
  'in the dialect $name, by somebody who has not read the recogniser,',
  (dialect) => {
    it('the kit sees that a double check changes what was recorded', async () => {
      const { run } = await startDemoWorkspace(dialect);

      const { verdicts } = await run();

      expect(verdicts.find(({ name }) => name === 'finalRecording')?.is).toBe('differs');
    });

    it('the kit proposes no word of a status that an open order has, too', async () => {
      // Prepare
      const { run } = await startDemoWorkspace(dialect);

      // Act
      const { verdicts, seen } = await run();

      // Assess
      const lines = new Map(verdicts.flatMap((one) => one.lines.map(({ line, set }) => [line, set])));
      const place = lines.get('productOrder.status') ?? defaultContract.productOrder.status;
      const open = valueAt(orderSeen(seen, 'created')?.resource, String(place));
      expect([lines.get('completedStatuses') ?? []].flat()).not.toContain(open);
    });
  },
);

it('writes a recording of each dialect that is read again, without key, name or picture', async () => {
  for (const dialect of [...dialects, ...dialectsOfOthers]) {
    // Prepare
    const { run, account } = await startDemoWorkspace(dialect);
    const { recorded } = await run();

    // Act
    const written = [false, true].map((values) => writtenRecording(recorded(values)));

    // Assess
    for (const text of written) {
      expect(text).not.toContain(account.apiKey);
      expect(text).not.toMatch(/Peeters/i);
      expect(readRecordingOfAccount(text, 'x.recording.json').exchanges.length).toBeGreaterThan(10);
      for (const line of text.trim().split('\n')) expect(secretIn(JSON.parse(line))).toBeUndefined();
    }
  }
});

it('asks a person to create the order where the key may only read, and holds nothing of a creation', async () => {
  // Prepare
  const { run, account } = await startDemoWorkspace(undefined, (call, answer) =>
    call.method === 'POST' ? { status: 403, body: { error: { message: 'Read only.' } } } : answer(),
  );

  // Act
  const { said, verdicts, seen } = await run();

  // Assess
  expect(said).toContain(`The key may only read (403): ${kitNumber}.`);
  expect(account.productOrders().map(({ number }) => number)).not.toContain(`${kitNumber}-x`);
  const creation = verdicts.find(({ name }) => name === 'createProductOrder');
  expect(creation).toMatchObject({ is: 'not seen', why: 'the key may only read' });
  expect(toRemove(seen)).toEqual([]);
});

it('names what a person has created by hand and not deleted', async () => {
  const { run } = await startDemoWorkspace(undefined, (call, answer) =>
    call.method === 'POST' ? { status: 403, body: {} } : answer(),
  );

  const { seen } = await run({}, { deleted: () => 'skip' });

  expect(toRemove(seen)).toEqual([expect.stringMatching(new RegExp(`^${kitNumber}: http`))]);
});

it('names an order whose creation was not answered: it may be there', async () => {
  const { run, account } = await startDemoWorkspace(undefined, (call, answer) => {
    const made = answer();
    return call.method === 'POST' ? { status: 504, body: 'too late' } : made;
  });

  const { seen } = await run({}, { byHand: () => 'skip', completed: () => 'skip', deleted: () => 'skip' });

  expect(account.productOrders().map(({ number }) => number)).toContain(kitNumber);
  expect(toRemove(seen)).toContainEqual(expect.stringContaining(`${kitNumber} (look whether it is there`));
});

it('asks again where an answer is neither of those that it takes, and takes no other for a no', async () => {
  // Prepare
  const { run } = await startDemoWorkspace();
  const typed = ['I cannot open it', undefined];

  // Act
  const { seen, said } = await run({}, { orderLink: () => typed.shift() });

  // Assess
  expect(typed).toEqual([]);
  expect(said).toContain('Type yes or no, or press Enter alone.');
  expect(seen.answers.orderLink).toBeUndefined();
});

it('says what it expects of a pasted request that is none, and takes the next', async () => {
  // Prepare
  const { run } = await startDemoWorkspace();
  const pasted = ['It came at ten.', '{ "productOrderNumber": ', `{ "productOrderNumber": "${kitNumber}" }`];

  // Act
  const { seen, said } = await run({}, { trigger: () => pasted.shift() });

  // Assess
  expect(said.filter((one) => one.startsWith('That is no request of a trigger'))).toHaveLength(2);
  expect(seen.triggers).toHaveLength(1);
});

it('keeps what it has seen when the person leaves, with what to remove', async () => {
  // Prepare
  const { run } = await startDemoWorkspace();

  // Act
  const { seen, recorded, verdicts } = await run(
    {},
    {
      completed() {
        throw new KitInterrupted('you left before its end.');
      },
    },
  );

  // Assess
  expect(seen.stopped).toBe('you left before its end.');
  expect(recorded().exchanges.length).toBeGreaterThan(5);
  expect(toRemove(seen)).toHaveLength(2);
  expect(verdicts.find(({ name }) => name === 'steps')?.is).toBe('not seen');
  expect(verdicts.filter(({ is }) => is === 'differs')).toEqual([]);
});

it('stops at the most calls that it has named, in an account that lists 50,000 orders whatever is asked', async () => {
  // Prepare: a page of the list is long, and each has the next
  const rows = Array.from({ length: 50_000 }, (_, at) => ({ id: `o${at}`, number: `MO/${at}` }));
  const { run, calls } = await startDemoWorkspace(undefined, (call, answer) =>
    call.method === 'GET' && call.url.pathname.endsWith('/productorders')
      ? { body: { data: rows, next: '/productorders?cursor=1' } }
      : answer(),
  );

  // Act
  const { recorded, verdicts } = await run();

  // Assess
  expect(calls.length).toBeLessThanOrEqual(mostKitCalls);
  expect(writtenRecording(recorded()).length).toBeLessThan(1_000_000);
  expect(verdicts.find(({ name }) => name === 'findProductOrder')?.is).toBe('differs');
});

describe('where the order that was made is not found', () => {
  const unfound = (call: Received, answer: () => Answer): Answer =>
    call.method === 'POST'
      ? { status: 400, body: { error: { message: 'The body has no orderNumber.' } } }
      : call.url.pathname.endsWith('/productorders')
        ? { status: 404, body: {} }
        : answer();

  it('the kit repeats the refusal, and ends before somebody builds it in vain, with what to ask for', async () => {
    const { run } = await startDemoWorkspace(undefined, unfound);

    const { seen, said } = await run();

    expect(said).toContain('Azumuta says: The body has no orderNumber.');
    expect(seen.stopped).toMatch(/is not found with GET \/productorders, .* begin again with --contract\.$/);
    expect(said.some((one) => one.includes('build'))).toBe(false);
  });

  it('names the one that a person has made by hand, as it is there', async () => {
    const { run } = await startDemoWorkspace(undefined, unfound);

    const made = await run();
    const left = await run({}, { byHand: () => 'skip' });

    expect(toRemove(made.seen)).toEqual([kitNumber]);
    expect(toRemove(left.seen)).toEqual([]);
  });
});
