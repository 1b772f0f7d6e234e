import { type Faults, life } from './mutant.ts';

/** Faults between an ERP order and its product order, and in its life after that. */
export const orderFaults: Faults = {
  'shared/model/orders.ts': {
    'rest-made-as-a-whole-part': {
      find: ': left.toFixed();',
      replace: ': new Big(per).toFixed();',
      why: 'An order of 80 per 25 is built as 100 pieces.',
      foundBy: ['created'],
    },
    'part-made-for-what-is-left-after-it': {
      find: 'minus(per * (index - 1))',
      replace: 'minus(per * index)',
      why: 'The last whole part is made for the rest, and so is the rest.',
      foundBy: ['created'],
    },
  },
  'shared/orders/accept-wanted.ts': {
    'unreadable-order-stays-refused': {
      find: ': order.number;\n',
      replace: ": '';\n",
      why: 'An order that could not be named is corrected and made, and told as one that cannot be accepted for ever.',
      foundIn: life('advice', 'ends it: refused, put right in the ERP'),
    },
    'fewer-parts-not-collected': {
      find: 'if (wanted.mapped) await lookAgainIfComplete(known, decision, dependencies);',
      why: 'The only missing part is not wanted any more, and the built ones are never booked.',
      foundBy: ['booked'],
    },
    'parts-put-beside-a-changed-record': {
      find: 'const isOvertaken = hasWrittenParts && (await isChangedSince(record, ledger));',
      replace: 'const isOvertaken = false;',
      why: 'If two changes come at the same time, the slower one creates parts that the ERP does not want any more.',
      foundIn: {
        file: 'test/shared/orders/accept-at-once.test.ts',
        name: 'makes no further part for a planner, once another has taken it back meanwhile',
      },
    },
  },
  'shared/orders/accept.ts': {
    'accepted-by-the-endpoint-alone': {
      find: 'if (ended ?? !accept(order))',
      replace: "if (ended ?? (via !== 'endpoint' && !accept(order)))",
      why: 'What the plant does not accept is made all the same when it is posted.',
      foundIn: life(
        'concerns',
        'tells an order that the plant does not accept any more, also at the endpoint',
      ),
    },
  },
  'shared/orders/ask-erp.ts': {
    'look-fills-a-paused-queue': {
      find: 'if (completions === undefined) await lookAgain(number);',
      replace: 'await lookAgain(number);',
      why: 'While completions are paused, each daily look sends a hint, and all of them go round until the end.',
      foundIn: life('closures', 'does not fill a queue that is paused with a hint of each daily look'),
    },
    'surplus-part-booked-and-another-open': {
      find: ' || isRefused || hadMoreParts;',
      replace: ' || isRefused;',
      why: 'An order is reduced, the part that is one too many is built and booked, and the other one is built, too.',
      foundIn: life('parts-of-several', 'has the open one removed by the next daily look'),
    },
    'deleted-order-stays-refused': {
      find: "return record.state === 'cancelled';",
      replace: "return record.state !== 'released';",
      why: 'An order that could not be mapped any more, and is then deleted in the ERP, is built all the same: nobody is told.',
      foundIn: life(
        'daily-look',
        'tells of it as well where a person has settled that it could not be mapped',
      ),
    },
    'unknown-order-stays-refused': {
      find: 'if (!order || isAccepted)',
      replace: 'if (isAccepted)',
      why: 'An order that could never be mapped, and is then deleted in the ERP, is told as one to be corrected for ever.',
      foundIn: life('daily-look', 'says nothing more of an order that could not be mapped, and was deleted'),
    },
    'no-daily-look': {
      find: '    if (await shouldAskErp(known, entry, dependencies))',
      replace: '    if (false)',
      why: 'What is cancelled in an ERP that posts no change is built all the same, and nobody is told.',
      foundBy: ['concerns'],
    },
    'claimant-not-asked-for': {
      find: '    await askForClaimants(known, attempt, dependencies);\n',
      why: 'Two ERP orders are told to have one number, for ever, after one of them was deleted.',
      foundIn: life('nothing-stays-open', 'is free once one of them is gone: remove'),
    },
    'corrected-figures-not-looked-at': {
      find: "return concerns.some(({ kind }) => kind === 'figures-changed') || bookings.some(isRefusedByAnother);",
      replace: 'return concerns.length < 0 || bookings.some(isRefusedByAnother);',
      why: 'Figures that were corrected back are told for ever.',
      foundIn: life(
        'nothing-stays-open',
        'need nobody once Azumuta shows again what was booked, without a trigger',
      ),
    },
    'other-mapping-not-tried': {
      find: "return concerns.some(({ kind }) => kind === 'figures-changed') || bookings.some(isRefusedByAnother);",
      replace:
        "return concerns.some(({ kind }) => kind === 'figures-changed') || bookings.some(isRefusedByAnother) !== bookings.some(isRefusedByAnother);",
      why: 'After a mapping is corrected and deployed, each completion that it refused waits for a person.',
      foundIn: life('nothing-stays-open', 'is tried once by each further configuration'),
    },
    'deleted-order-not-told': {
      find: 'const order = read ? asRecorded(read, record) : asDeleted(record);',
      replace: 'if (!read) return undefined;\n  const order = asRecorded(read, record);',
      why: 'An order that the ERP has deleted is built for nobody.',
      foundIn: life('daily-look', 'tells once that an order was deleted in the ERP'),
    },
    'slot-ends-the-daily-look': {
      find: '  if (error instanceof NoFreeSlot) return false;\n',
      why: 'Where a partner takes one call at a time, the reconciliation has its slot, and nothing is ever looked at.',
      foundIn: {
        file: 'test/functions/create-product-orders.test.ts',
        name: 'keeps the daily look of an order for later while another function has the only slot of the ERP',
      },
    },
  },
  'shared/orders/create.ts': {
    'created-without-a-look': {
      find: 'const existing = await readByIdOrNumber(known, guarded, azumuta);',
      replace: 'const existing = known ? undefined : known;',
      why: 'The product order of an attempt that died after creating it is not recognised: the order is built twice.',
      foundBy: ['created'],
    },
    'renamed-made-a-second-time': {
      find: 'const known = { id: entry.productOrder?.id, number: draft.number };',
      replace: 'const known = { id: undefined, number: draft.number };',
      why: 'What a person has given up, and has made after all, is built twice where operators have renamed it.',
      foundBy: ['remade'],
    },
    'product-order-of-another-adopted': {
      find: 'return isTaken ? owner : undefined;',
      replace: 'return isTaken ? undefined : undefined;',
      why: 'One product order is booked on two ERP orders.',
      foundIn: life('made-by-hand', 'never books one product order on two ERP orders'),
    },
  },
  'shared/orders/decide-kept.ts': {
    'planned-part-not-built': {
      find: 'const isOfPart = ({ discarded, parts }: BookingEntry) => !discarded',
      replace:
        "const isOfPart = ({ discarded, parts, state }: BookingEntry) => state === 'done' && !discarded",
      why: 'A person is told to remove the part that is about to be booked.',
      foundIn: {
        file: 'test/shared/orders/changed-orders.test.ts',
        name: 'keeps a part whose booking is planned when it shrinks',
      },
    },
  },
  'shared/orders/decide-look.ts': {
    'difference-ended-by-a-look': {
      find: 'if (differences.length > 0) return',
      replace: 'if (differences.length < 0) return',
      why: 'A look ends the report of a change although Azumuta still has what was made before.',
      foundBy: ['reported'],
    },
  },
  'shared/life/what-azumuta-shows.ts': {
    'corrected-order-stays-told': {
      find: '  made: {\n    equal: endWhatWasOpen,',
      replace: "  made: {\n    equal: leaveAsShown('it is equal'),",
      why: 'Who has corrected a product order in Azumuta is told for ever to correct it.',
      foundBy: ['followed', 'concerns'],
    },
    'removed-order-stays-unwanted': {
      find: 'gone: endTheOrder,',
      replace: 'gone: isStillThere,',
      why: 'Who has removed in Azumuta what the ERP does not want is told for ever to remove it.',
      foundBy: ['concerns', 'followed'],
    },
    'completed-order-asked-about-for-ever': {
      find: `    gone: tellRemoved,
    opened: keepAsking,
    completed: decideWhatToBook,`,
      replace: `    gone: tellRemoved,
    opened: keepAsking,
    completed: keepAsking,`,
      why: 'What is built is asked about again and again, and never booked.',
      foundIn: life('cells/azumuta-shows', 'completed, where it is made, alone'),
    },
    'planned-order-told-as-removed': {
      find: "  if (booking === 'planned') return 'built';\n",
      why: 'A person is told to book by hand what the queue is going to book: it is booked twice.',
      foundIn: {
        file: 'test/shared/orders/looks.test.ts',
        name: 'tells nobody to book by hand what was removed after its booking was planned',
      },
    },
    'unwanted-order-told-as-changed': {
      find: "if (isUnwanted) return booking === 'planned' ? 'built, unwanted' : 'unwanted';",
      replace: "if (isUnwanted && booking === 'planned') return 'built, unwanted';",
      why: 'People are told to correct an order that they are told to remove.',
      foundIn: {
        file: 'test/shared/orders/looks.test.ts',
        name: 'does not say what differs of an order that nobody wants',
      },
    },
    'unwanted-ended-by-a-look': {
      find: 'const isUnwanted = unwanted.some(({ wanted }) => !wanted);',
      replace: 'const isUnwanted = unwanted.length < 0;',
      why: 'A look ends the report that a part is surplus although it is still there.',
      foundBy: ['concerns', 'reported'],
    },
  },
  'shared/orders/decide-product-orders.ts': {
    'parts-of-other-sizes-kept-quiet': {
      find: 'if (part.per === undefined) return undefined;',
      replace: 'if (part.per !== 0) return undefined;',
      why: 'Fewer or more are built than the ERP waits for, as the parts that are built have other sizes, and nobody is told.',
      foundIn: life('parts-of-several', 'tells what is missing where the rest is booked'),
    },
    'parts-wanted-again-together': {
      find: "return askedFor === number && state !== 'done';",
      replace: "return askedFor !== undefined && number !== '' && state !== 'done';",
      why: 'Who replays the creation of one part has those made that were given up, too.',
      foundIn: life('parts-given-up', 'stays given up when a person replays'),
    },
    'used-again-never-made': {
      find: 'if (own.length > 0 && own.every((entry) => isReportedAsUsedAgain(entry, split, known, wanted))) {',
      replace: 'if (own.length < 0) {',
      why: 'A number that the ERP uses again gets one of its own in the configuration, and its order is never made.',
      foundIn: life('advice', 'ends it: used-again, put right in the configuration'),
    },
    'same-order-made-twice': {
      find: 'return isReported && isAlone && isBookedFinally(known, entry) && isUsedAgain(entry, known, wanted);',
      replace: 'return isAlone && isBookedFinally(known, entry) && isUsedAgain(entry, known, wanted);',
      why: 'A person has said that the ERP means what was built, and it is made again under the number of a later mapping.',
      foundIn: life('advice', 'ends it: used-again, put right as the ERP means the same order'),
    },
    'added-parameter-is-a-change': {
      find: 'entry !== undefined && !isNothingSent(entry) && isOnlyRemapped(mapped, entry);',
      replace: 'entry !== undefined && isNothingSent(entry) && !isNothingSent(entry);',
      why: 'After a deployment people are told that forty orders were changed in the ERP.',
      foundIn: life('mapping-gains', 'is no change in the ERP when a later mapping adds a parameter'),
    },
    'given-up-order-wanted-again': {
      find: "return row === 'withdrawn' || mayTakeBack(entry, wanted)",
      replace: "return row === 'withdrawn' || row === 'given up'",
      why: 'What a person has given up is made again, and built, and booked by nobody.',
      foundIn: life('ends', 'is neither made nor booked'),
    },
    'part-by-its-index': {
      find: 'const kept = beyond.slice(0, unbuilt.length);',
      replace: 'const kept = beyond.slice(0, 0);',
      why: 'People are told to remove a unit that was built, and wait for one that was scrapped.',
      foundIn: life('parts', 'has the part removed that was not built, and is booked with those that were'),
    },
  },
  'shared/orders/differences.ts': {
    'another-article-adopted': {
      find: 'if (differences.length > 0)',
      replace: 'if (differences.length < 0)',
      why: 'A product order with the same number but another article is built instead.',
      foundBy: ['created'],
    },
  },
  'shared/life/what-the-erp-says.ts': {
    'change-of-a-made-order-only-looked-at': {
      find: `  made: {
    same: lookInAzumuta,
    other: tellErpChange,`,
      replace: `  made: {
    same: lookInAzumuta,
    other: lookInAzumuta,`,
      why: 'A planner orders 3 instead of 5, nobody is told, and 5 are built.',
      foundIn: life('cells/erp-says', 'other, where it is made, alone'),
    },
  },
  'shared/life/what-a-person-does.ts': {
    'replayed-creation-only-read': {
      find: `  'replay of its creation': {
    wanted: haveItReplaced,`,
      replace: `  'replay of its creation': {
    wanted: notPossible('it was refused'),`,
      why: 'A person has the article created and replays the dead letter: it is gone, and the order is not made.',
      foundIn: life('cells/person-does', 'replay of its creation, where it is wanted, alone'),
    },
  },
  'shared/life/life.ts': {
    'given-up-order-goes-on': {
      find: "if (entry?.end?.how === 'given up') return 'given up';",
      why: 'An order that a person has given up is shown as one that is being built.',
      foundIn: { file: 'test/life/life.test.ts', name: 'given up' },
    },
  },
  'shared/orders/link-in-erp.ts': {
    'linked-again-before-it-has-settled': {
      find: 'Math.max(settlingSeconds, error.afterSeconds ?? 0)',
      replace: 'error.afterSeconds ?? 0',
      why: 'The ERP is still writing the id, so it is not visible yet and is sent a second time.',
      foundBy: ['linkedOnce'],
    },
    'link-skipped': {
      find: 'if (entry.linkedAt !== undefined || entry.end) return;',
      replace: 'if (entry.linkedAt === undefined || entry.end) return;',
      why: 'Nobody in the ERP finds the product order of an order.',
      foundBy: ['linked'],
    },
  },
  'shared/orders/pull-window.ts': {
    'pull-without-an-overlap': {
      find: 'export const overlapMs = 10 * 60_000;',
      replace: 'export const overlapMs = 0;',
      why: 'An order that the ERP commits minutes after writing it is never read.',
      foundBy: ['created'],
    },
    'pull-blinded-by-a-time': {
      find: 'instantBefore(earlierInstant(page.changedAt, readAt.toISOString()), lastedMs)',
      replace: 'instantBefore(page.changedAt, lastedMs)',
      why: 'One change time that is days ahead hides all orders until then.',
      foundIn: life('erp-side', 'reads what comes after an order whose change time is days ahead'),
    },
    'window-begins-at-its-last-row': {
      find: 'const began = instantBefore(earlierInstant(page.changedAt, readAt.toISOString()), lastedMs);',
      replace: 'const began = page.changedAt;',
      why: 'An order that is written while a long window is being read is never read.',
      foundIn: {
        file: 'test/shared/orders/pull-window.test.ts',
        name: 'misses no order, whatever fails and however long it takes',
      },
    },
  },
  'shared/orders/pull.ts': {
    'watermark-before-the-page': {
      find: `    await acceptPage(page, run, dependencies);
    const further = afterPage(window, page.watermark, readAt);
    const ours = await ledger.pullState.saveWindow(invocation.awsRequestId, further);
`,
      replace: `    const further = afterPage(window, page.watermark, readAt);
    const ours = await ledger.pullState.saveWindow(invocation.awsRequestId, further);
    await acceptPage(page, run, dependencies);
`,
      why: 'After a crash in between, the orders of that page are never read again.',
      foundBy: ['created'],
    },
  },
  'shared/orders/wanted-order.ts': {
    'id-that-comes-later-is-another': {
      find: 'if (!record && order.id !== undefined) record',
      replace: 'if (!record && order.id === undefined) record',
      why: 'An order that came without its id before becomes a second one.',
      foundIn: life(
        'erp-side',
        'knows an order that was posted without its id by the id that the pull brings',
      ),
    },
    'order-dated-ahead-hides-its-end': {
      find: ' && isAhead(changedAt) === isAhead(record.changedAt)',
      why: 'An order whose clock is half an hour ahead hides its own cancellation, which counts as older.',
      foundIn: {
        file: 'test/shared/orders/accept.test.ts',
        name: 'takes back an order whose change time was ahead by',
      },
    },
    'older-post-replaces-newer': {
      find: 'changedAt < record.changedAt &&',
      replace: 'false &&',
      why: 'Of two posts that overtake each other, the one that came last counts.',
      foundIn: life('erp-side', 'takes the newer of two posts that overtake each other'),
    },
  },
  'shared/orders/write-decision.ts': {
    'message-of-each-pull': {
      find: 'asks && !isMessageUnderWay(entry, now)',
      replace: 'asks',
      why: 'Each pull has an order looked at that is open, and while orders are paused its messages are tried for days.',
      foundIn: life('noise', 'sends one message a day'),
    },
    'order-not-enqueued-again': {
      find: "return via === 'endpoint' || !entry.enqueued;",
      replace: 'return false;',
      why: 'After a crash between ledger and queue, the order is never created, but the ERP gets the answer that it is queued.',
      foundBy: ['created'],
    },
  },
};
