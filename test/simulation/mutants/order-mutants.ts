import type { Mutant } from './mutant.ts';

const create = 'shared/orders/create.ts';

/** Faults between an ERP order and its product order. */
export const orderMutants: readonly Mutant[] = [
  {
    name: 'created-without-a-look',
    file: create,
    find: 'const existing = await azumuta.findProductOrder(draft.number, guarded);',
    replace: 'const existing = undefined;',
    why: 'The product order of an attempt that died after creating it is not recognised: the order is built twice.',
    foundBy: ['created'],
  },
  {
    name: 'another-article-adopted',
    file: 'shared/orders/differences.ts',
    find: 'if (differences.length > 0)',
    replace: 'if (differences.length < 0)',
    why: 'A product order with the same number but another article is built instead.',
    foundBy: ['created'],
  },
  {
    name: 'linked-again-without-a-look',
    file: 'shared/erp/odoo/marks.ts',
    find: 'if (marks.some((found) => found.mark === mark)) return;',
    replace: '',
    why: 'After a crash the ERP gets the same id a second time.',
    foundBy: ['linkedOnce'],
  },
  {
    name: 'linked-again-before-it-has-settled',
    file: create,
    find: 'Math.max(settlingSeconds, error.afterSeconds ?? 0)',
    replace: 'error.afterSeconds ?? 0',
    why: 'The ERP is still writing the id, so it is not visible yet and is sent a second time.',
    foundBy: ['linkedOnce'],
  },
  {
    name: 'link-skipped',
    file: create,
    find: 'if (entry.linkedAt !== undefined) return;',
    replace: 'if (entry.linkedAt === undefined) return;',
    why: 'Nobody in the ERP finds the product order of an order.',
    foundBy: ['linked'],
  },
  {
    name: 'order-not-enqueued-again',
    file: 'shared/orders/write-decision.ts',
    find: "return via === 'endpoint' || !entry.enqueued;",
    replace: 'return false;',
    why: 'After a crash between ledger and queue, the order is never created, but the ERP gets the answer that it is queued.',
    foundBy: ['created'],
  },
  {
    name: 'watermark-before-the-page',
    file: 'shared/orders/pull.ts',
    find: `    await acceptPage(page, run, dependencies);
    const further = afterPage(window, page.watermark, readAt);
    const ours = await ledger.pullState.advance(invocation.awsRequestId, further);
`,
    replace: `    const further = afterPage(window, page.watermark, readAt);
    const ours = await ledger.pullState.advance(invocation.awsRequestId, further);
    await acceptPage(page, run, dependencies);
`,
    why: 'After a crash in between, the orders of that page are never read again.',
    foundBy: ['created'],
  },
  {
    name: 'pull-without-an-overlap',
    file: 'shared/orders/pull-window.ts',
    find: 'export const overlapMs = 10 * 60_000;',
    replace: 'export const overlapMs = 0;',
    why: 'An order that the ERP commits minutes after writing it is never read.',
    foundBy: ['created'],
  },
  {
    name: 'change-not-reported',
    file: 'shared/ledger/records/concerns.ts',
    find: 'const isTold = known?.content === content;',
    replace: 'return false;',
    why: 'The ERP wants another quantity than is built, and nobody learns of it.',
    foundBy: ['reported'],
  },
  {
    name: 'difference-ended-by-a-look',
    file: 'shared/orders/decide-look.ts',
    find: 'if (differences.length === 0)',
    replace: 'if (differences.length >= 0)',
    why: 'A look ends the report of a change although Azumuta still has what was made before.',
    foundBy: ['reported'],
  },
  {
    name: 'no-daily-look',
    file: 'shared/orders/ask-erp.ts',
    find: '    if (await asksFor(entry, known.bookings, dependencies))',
    replace: '    if (false)',
    why: 'What is cancelled in an ERP that posts no change is built all the same, and nobody is told.',
    foundBy: ['concerns'],
  },
  {
    name: 'unwanted-ended-by-a-look',
    file: 'shared/orders/decide-look.ts',
    find: 'const again = unwanted.filter((concern) => concern.wanted);',
    replace: 'const again = unwanted;',
    why: 'A look ends the report that a part is surplus although it is still there.',
    foundBy: ['reported'],
  },
  {
    name: 'fewer-parts-not-collected',
    file: 'shared/orders/accept-wanted.ts',
    find: 'if (wanted.mapped) await collectIfComplete(known, decision, dependencies);',
    replace: '',
    why: 'The only missing part is not wanted any more, and the built ones are never booked.',
    foundBy: ['booked'],
  },
  {
    name: 'finished-window-goes-on',
    file: 'shared/ledger/records/pull-state.ts',
    find: "finished ? ['window'] : []",
    replace: '[]',
    why: 'No run reads the time before the last row again: an order that the ERP commits late is never read.',
    foundBy: ['created'],
  },
  {
    name: 'told-again',
    file: 'shared/alerts/decide-alerts.ts',
    find: 'isDue && !known.has(fingerprint(id))',
    replace: 'isDue',
    why: 'What people know already is told as new every hour.',
    foundBy: ['told'],
  },
];
