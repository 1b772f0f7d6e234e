import { describe, expect, it } from 'vitest';
import { orderSeen } from '../../../../infra/ops/kit/evidence.ts';
import type { KitVerdict } from '../../../../infra/ops/kit/judge.ts';
import type { AssumptionName } from '../../../../shared/azumuta/assumptions.ts';
import { listAt } from '../../../../shared/platform/places.ts';
import type { Received } from '../../../support/server.ts';
import { kitNumber, startDemoWorkspace } from './acted.ts';

// Whole accounts that talk otherwise are in kit.test.ts; here each account differs in one thing from what is assumed.

const listedNumber = ({ method, url }: Received) =>
  method === 'GET' && url.pathname.endsWith('/productorders') ? url.searchParams.get('number') : null;

function verdictOf(verdicts: readonly KitVerdict[], name: AssumptionName) {
  const found = verdicts.find((one) => one.name === name);
  return { is: found?.is, lines: found?.lines.map(({ line, why }) => `${line}: ${why}`) };
}

const otherThanHolds = (verdicts: readonly KitVerdict[]) =>
  verdicts.filter(({ is }) => is === 'differs').map(({ name }) => name);

describe('the kit names', () => {
  it('a search that finds a number by its beginning', async () => {
    // Prepare
    const { run } = await startDemoWorkspace(undefined, (call, answer) =>
      listedNumber(call) === kitNumber.slice(0, -1)
        ? { body: { object: 'list', data: [{ id: 'o1', number: kitNumber }], next: null } }
        : answer(),
    );

    // Act
    const { verdicts } = await run();

    // Assess
    const why = 'the beginning of a number finds it, too: a list may have others of it';
    expect(verdictOf(verdicts, 'findProductOrder')).toEqual({
      is: 'differs',
      lines: [`operations.findProductOrder.query: ${why}`],
    });
    expect(otherThanHolds(verdicts)).toEqual(['findProductOrder']);
  });

  it('a list that has no order any more once it is completed, and reads the order by its id', async () => {
    // Prepare
    let isCompleted = false;
    const { run, acts } = await startDemoWorkspace(undefined, (call, answer) =>
      isCompleted && listedNumber(call) === kitNumber
        ? { body: { object: 'list', data: [], next: null } }
        : answer(),
    );
    const completed = (number: string) => {
      isCompleted = true;
      return acts.completed?.(number);
    };

    // Act
    const { verdicts } = await run({}, { completed });

    // Assess
    const { is, lines } = verdictOf(verdicts, 'findProductOrder');
    expect(is).toBe('differs');
    expect(lines).toContain(
      'operations.findProductOrder.query: an order that is completed is not listed any more',
    );
    expect(otherThanHolds(verdicts)).toEqual(['findProductOrder']);
    expect(verdictOf(verdicts, 'steps').is).toBe('holds');
  });

  it('a list that has more orders of a number than were made, and follows the one that it has made', async () => {
    // Prepare: another one of that number stands before it
    const { run } = await startDemoWorkspace(undefined, (call, answer) => {
      const answered = answer();
      const [first] = listAt(answered.body, 'data');
      const isListed = listedNumber(call) === kitNumber && first !== undefined;
      const old = { ...Object(first), id: 'thrownAway2345678', archived: true };
      return isListed
        ? { body: { ...Object(answered.body), data: [old, ...listAt(answered.body, 'data')] } }
        : answered;
    });

    // Act
    const { verdicts, seen } = await run();

    // Assess
    expect(verdictOf(verdicts, 'nextPage')).toEqual({
      is: 'differs',
      lines: ['list.entries: it lists 3 orders of that number, and 2 were made: find what says which count'],
    });
    expect(orderSeen(seen, 'completed')?.id).toBe(Object(seen.created?.json).id);
    expect(otherThanHolds(verdicts)).toEqual(['nextPage']);
  });

  it('an article whose variants are elsewhere, and creates the order without one', async () => {
    // Prepare
    const { run, account } = await startDemoWorkspace(undefined, (call, answer) => {
      const answered = answer();
      if (!call.url.pathname.endsWith('/articles')) return answered;
      const data = listAt(answered.body, 'data').map((one) => ({
        id: Object(one).id,
        number: Object(one).number,
      }));
      return { body: { object: 'list', data, next: null } };
    });

    // Act
    const { verdicts, said } = await run({}, { deleted: () => 'skip' });

    // Assess
    expect(verdictOf(verdicts, 'article')).toEqual({
      is: 'differs',
      lines: ['article.variants: the variant that was typed is not there'],
    });
    expect(otherThanHolds(verdicts)).toEqual(['article']);
    expect(said.join('\n')).toContain('Variant Left is not found among those of article CHAIR');
    expect(account.productOrders().map(({ number }) => number)).toContain(kitNumber);
  });

  it('a type that a step has which nobody has signed, and proposes no word that would hide what it recorded', async () => {
    // Prepare
    const { run } = await startDemoWorkspace(undefined, (call, answer) => {
      const answered = answer();
      if (!call.url.pathname.includes('/recordings/')) return answered;
      const steps = listAt(answered.body, 'steps').map((one) => ({ ...Object(one), type: 'text' }));
      return steps.length === 0 ? answered : { body: { ...Object(answered.body), steps } };
    });

    // Act
    const { verdicts } = await run();

    // Assess
    expect(verdictOf(verdicts, 'personalSteps')).toEqual({
      is: 'differs',
      lines: ['step.type: a step that nobody has signed says the same'],
    });
    expect(otherThanHolds(verdicts)).toEqual(['personalSteps']);
  });
});
