import { expect } from 'vitest';
import type { Completion, DetailLine } from '../../../../shared/model/completions.ts';
import { reasonOf } from '../../../../shared/model/errors.ts';
import { completionOf, productOrderOf } from './completions.ts';
import type { DetailLeaf } from './detail-leaf.ts';
import { type Assembly, type Capability, type Chapter, type PlannedOrderRef, provided } from './target.ts';

type Details = Pick<Completion, DetailLine>;
/** Two completions that differ in one field alone. */
interface LeafProbe {
  readonly needs: readonly Capability[];
  readonly one: (made: Assembly) => Details;
  readonly other: (made: Assembly) => Details;
}
/** It is no part of what is booked. */
interface NoProbe {
  readonly because: string;
}

const place: NoProbe = {
  because: 'It says where something was recorded, in a refusal; other tests read it there.',
};

function ofCheck(
  one: Partial<NonNullable<Completion['checks']>[number]>,
  other: Partial<NonNullable<Completion['checks']>[number]>,
): LeafProbe {
  const check = { name: 'Leaf', value: 41, unit: 'Nm', min: 40, max: 44, passed: true };
  return {
    needs: ['checks'],
    one: () => ({ checks: [{ ...check, ...one }] }),
    other: () => ({ checks: [{ ...check, ...other }] }),
  };
}

type OperationFields = Partial<NonNullable<Completion['operations']>[number]>;
function ofOperation(one: OperationFields, other: OperationFields): LeafProbe {
  const report = ({ operations: [operation = ''] }: Assembly, fields: OperationFields): Details => ({
    operations: [{ operation, runSeconds: 600, finished: true, ...fields }],
  });
  return {
    needs: ['operations'],
    one: (made) => report(made, one),
    other: (made) => report(made, other),
  };
}

type ComponentFields = Partial<NonNullable<Completion['components']>['used'][number]>;
function ofComponent(one: ComponentFields, other: (made: Assembly) => ComponentFields): LeafProbe {
  const use = ({ components: [first] }: Assembly, fields: ComponentFields): Details => {
    const used = {
      article: first?.article ?? '',
      quantity: { amount: '5' },
      lots: [{ number: first?.lot ?? '' }],
    };
    return { components: { all: false, beyondPlan: true, used: [{ ...used, ...fields }] } };
  };
  return { needs: ['components'], one: (made) => use(made, one), other: (made) => use(made, other(made)) };
}

const lotOf = ({ components: [first] }: Assembly) => first?.lot ?? '';

/** A field that is added to a component, an operation or a check does not compile until it is here. */
const leafProbes: Readonly<Record<DetailLeaf, LeafProbe | NoProbe>> = {
  'components.all': {
    needs: ['components'],
    one: () => ({ components: { all: false, beyondPlan: false, used: [] } }),
    other: () => ({ components: { all: true, beyondPlan: false, used: [] } }),
  },
  'components.beyondPlan': {
    needs: ['components'],
    one: ({ components: [first] }) => tooMuchOf(first?.article, false),
    other: ({ components: [first] }) => tooMuchOf(first?.article, true),
  },
  'components.used.article': ofComponent({}, ({ components: [, second] }) => ({
    article: second?.article ?? '',
    lots: [{ number: second?.lot ?? '' }],
  })),
  'components.used.quantity.amount': ofComponent({}, () => ({ quantity: { amount: '4' } })),
  'components.used.quantity.unit': ofComponent({}, () => ({ quantity: { amount: '5', unit: 'leaf' } })),
  'components.used.lots.number': ofComponent({}, () => ({ lots: [{ number: 'LEAF-LOT' }] })),
  'components.used.lots.quantity.amount': ofComponent({}, (made) => ({
    lots: [{ number: lotOf(made), quantity: { amount: '4' } }],
  })),
  'components.used.lots.quantity.unit': ofComponent({}, (made) => ({
    lots: [{ number: lotOf(made), quantity: { amount: '5', unit: 'leaf' } }],
  })),
  'components.used.recording': place,
  'components.used.step': place,
  'operations.operation': ofOperation({}, { operation: 'LEAF-OPERATION' }),
  'operations.good.amount': ofOperation({}, { good: { amount: '4' } }),
  'operations.good.unit': ofOperation({ good: { amount: '5' } }, { good: { amount: '5', unit: 'leaf' } }),
  'operations.scrap.amount': ofOperation({}, { scrap: { amount: '1' } }),
  'operations.scrap.unit': ofOperation({ scrap: { amount: '1' } }, { scrap: { amount: '1', unit: 'leaf' } }),
  'operations.setupSeconds': ofOperation({}, { setupSeconds: 3720 }),
  'operations.runSeconds': ofOperation({}, { runSeconds: 3720 }),
  'operations.finished': ofOperation({}, { finished: false }),
  'operations.recording': place,
  'operations.step': place,
  'checks.name': ofCheck({}, { name: 'Another leaf' }),
  'checks.value': ofCheck({}, { value: 42.375 }),
  'checks.unit': ofCheck({}, { unit: 'leaf-unit' }),
  'checks.min': ofCheck({}, { min: 40.125 }),
  'checks.max': ofCheck({}, { max: 43.625 }),
  'checks.passed': ofCheck({}, { passed: false }),
  'checks.problem': ofCheck({ passed: false }, { passed: false, problem: 'a scratched leaf' }),
  'checks.recording': place,
  'checks.step': place,
};

function tooMuchOf(article = '', beyondPlan = false): Details {
  return { components: { all: false, beyondPlan, used: [{ article, quantity: { amount: '6' }, lots: [] }] } };
}

/** What the shop floor recorded besides the quantity leaves a trace in the ERP, or is refused: nothing is dropped. */
export function leafTests({ target, plan, book, promise }: Chapter): void {
  const assembly = () => provided(target().assembly, 'assembly');

  /** What a booking has changed of all that the ERP has, word by word, and why it was refused. */
  async function traceOf(details: Details): Promise<Trace> {
    const order = await plan({ article: assembly().article });
    const before = wordsIn(await target().everything(), order);
    const refused = await book(completionOf(order, details)).then(() => undefined, reasonOf);
    const after = wordsIn({ refused, books: await target().books(order) }, order);
    for (const [word, times] of wordsIn(await target().everything(), order)) {
      const more = times - (before.get(word) ?? 0);
      if (more !== 0) after.set(`everything${word}`, more);
    }
    return after;
  }

  const known = new Map<string, Promise<readonly [Trace, Trace]>>();
  /** Two bookings of the same: ids and times differ between them. */
  function bookTwice(details: Details): Promise<readonly [Trace, Trace]> {
    const text = JSON.stringify(details);
    const traces =
      known.get(text) ?? traceOf(details).then(async (one) => [one, await traceOf(details)] as const);
    known.set(text, traces);
    return traces;
  }

  for (const [leaf, probe] of Object.entries(leafProbes)) {
    if ('because' in probe) continue;
    // The table's type says that these are its keys.
    const needs = ['assembly', ...probe.needs, `field ${leaf as DetailLeaf}`] as const;
    promise(`leaves a trace of ${leaf}, or refuses it`, needs, async () => {
      // Act
      const ones = await bookTwice(probe.one(assembly()));
      const others = await bookTwice(probe.other(assembly()));

      // Assess
      const words = new Set([...ones, ...others].flatMap((trace) => [...trace.keys()]));
      expect([...words].filter((word) => tellsApart(word, ones, others))).not.toEqual([]);
    });
  }
}

/** How often each word is at each place: ` .orders.quantity 5`. */
type Trace = ReadonlyMap<string, number>;

/** Whether a word says which of the two was booked. An id or a time is in one booking alone. */
function tellsApart(
  word: string,
  [one, same]: readonly [Trace, Trace],
  [other, sameOther]: readonly [Trace, Trace],
): boolean {
  const isSteady = one.get(word) === same.get(word) && other.get(word) === sameOther.get(word);
  return isSteady && one.get(word) !== other.get(word);
}

/** The words of each field, wherever it stands in a list, without the names of the order. */
function wordsIn(value: unknown, order: PlannedOrderRef): Map<string, number> {
  const words = new Map<string, number>();
  const visit = (one: unknown, place: string) => {
    if (typeof one !== 'object' || one === null)
      for (const text of withoutNames(String(one), order).split(/\s+/)) {
        const word = `${place} ${text}`;
        words.set(word, (words.get(word) ?? 0) + 1);
      }
    else
      for (const [name, field] of Object.entries(one))
        visit(field, `${place}.${withoutNames(name, order).replaceAll(/\d+/g, '…')}`);
  };
  visit(value, '');
  return words;
}

function withoutNames(text: string, order: PlannedOrderRef): string {
  const { id, number } = productOrderOf(order);
  const names = [number, id, order.number].filter((name) => name !== '');
  return names.reduce<string>((shown, name) => shown.replaceAll(name, '…'), text);
}
