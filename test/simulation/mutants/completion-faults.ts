import { type Faults, life } from './mutant.ts';

const windowsTest = (name: string) => ({ file: 'test/shared/completions/windows.test.ts', name });

const comparedTest = (name: string) => ({ file: 'test/shared/completions/compare-figures.test.ts', name });

/** Faults between a completion and its booking. */
export const completionFaults: Faults = {
  'shared/completions/prepare-job.ts': {
    'surplus-part-reported-by-two-hints': {
      find: 'if (isReportedAlready(decision, reading))',
      replace: 'if (decision.sentence === undefined)',
      why: 'A part that was built in vain has two dead letters, which say the same.',
      foundIn: life('surplus-built', 'tells of it where the parts before it were booked at an earlier time'),
    },
  },
  'shared/completions/decide-question.ts': {
    'hint-after-the-answer-dropped': {
      find: 'return instant.getTime() - sentAt.getTime() >= clocksDifferMs;',
      replace: 'return sentAt.getTime() - instant.getTime() >= clocksDifferMs;',
      why: 'A trigger with something new counts as already answered by Azumuta: its recordings are lost.',
      foundBy: ['recordings', 'reported'],
    },
    'letter-for-each-forged-number': {
      find: "const isForged = shows === 'gone' && facts.isKnownToNobody;",
      replace: "const isForged = shows !== 'gone' && facts.isKnownToNobody;",
      why: 'Whoever has the address of the webhook makes a dead letter with each call.',
      foundIn: life(
        'noise',
        'costs little and leaves no dead letter when triggers name numbers that nobody knows',
      ),
    },
  },
  'shared/completions/ask-batch.ts': {
    'batch-trigger-asks-about-one': {
      find: 'const asked = open.length > 0 ? open : unbooked.slice(0, 1);',
      replace: 'const asked = (open.length > 0 ? open : unbooked).slice(0, 1);',
      why: 'A batch order of 40 triggers once, and one of its product orders is booked: the others days later.',
      foundBy: ['announced'],
    },
    'batch-trigger-asks-again-and-again': {
      find: "if (isSentBefore(asked.at, attempt)) return { to: 'end' };",
      why: 'A hundred triggers of a batch order are a hundred questions of each of its product orders.',
      foundIn: life('batches', 'costs one question of each open product order in a minute'),
    },
  },
  'shared/completions/begin-hint.ts': {
    'replay-ends-with-its-own-part': {
      find: 'if (refusedOfOthers) return readPartOf(refusedOfOthers, asked, dependencies);',
      why: 'A replay that was refused a booking of other parts ends, as its own part was removed: nobody is told of them.',
      foundIn: {
        file: 'test/shared/completions/windows-between.test.ts',
        name: 'has them booked by that replay though its own part',
      },
    },
    'given-up-and-booked': {
      find: "const row = entry ? azumutaRowOf({ entry, concerns, booking }) : 'made';",
      replace: "const row = entry && !entry.end ? azumutaRowOf({ entry, concerns, booking }) : 'made';",
      why: 'What a person has given up, and has booked by hand, is booked once more when it is completed.',
      foundBy: ['ended'],
    },
    'open-order-booked': {
      find: 'return order.completed || (trustTrigger && hadTrigger);',
      replace: 'return order !== undefined;',
      why: 'A trigger of an order that is still being built books it: stock that does not exist.',
      foundBy: ['nothingElse', 'figures'],
    },
  },
  'shared/completions/keep-window.ts': {
    'completed-part-without-a-window': {
      find: 'if (toBook.length > 0 && !window) await begin();',
      why: 'What is completed is booked at no time of the plant, only with the last part.',
      foundBy: ['wakes'],
    },
    'window-ends-though-a-part-has-come': {
      find: 'if (toBook.length > 0) await ledger.windows.begin(home, nextBookingTime(times, clock.now()));',
      why: 'What is completed in the moment in which others are booked waits for the last part.',
      foundIn: windowsTest('is completed in the moment in which the others are booked'),
    },
  },
  'shared/completions/booking-times.ts': {
    'second-of-a-double-time': {
      find: "let instant = Date.parse(instantIn(timeZone, local) ?? '');",
      replace:
        "let instant = Date.parse(instantIn(timeZone, local) ?? '');\n  if (localTime(new Date(instant + 3_600_000), timeZone) === local) instant += 3_600_000;",
      why: 'In the night in which clocks are put back, the parts of a shift are booked an hour late.',
      foundBy: ['wakes'],
    },
    'time-that-is-never-shown-is-left-out': {
      find: 'while (localTime(new Date(instant), timeZone) < local) instant += clockStepMs;',
      why: 'In the night in which clocks are put forward, the parts of a shift wait for the next time.',
      foundIn: {
        file: 'test/shared/completions/booking-times.test.ts',
        name: 'which the clock never shows, once it is put forward',
      },
    },
  },
  'shared/completions/compare-figures.ts': {
    'booking-of-several-not-compared': {
      find: "const isAsked = hint.via !== 'reconciliation' ||",
      replace: "const isAsked = hint.via === 'operator' ||",
      why: 'A part is opened again and corrected after it was booked with others: stock stays wrong.',
      foundIn: comparedTest('tells a person when another part of its booking was corrected'),
    },
    'compared-for-each-trigger': {
      find: '  await ledger.bookings.recordCompared(home, booked, readAt);\n',
      why: 'Triggers of forty booked parts have Azumuta read sixteen hundred times.',
      foundIn: comparedTest('has the other parts read at most once a minute'),
    },
  },
  'shared/completions/decide-window.ts': {
    'clock-behind-that-of-the-run': {
      find: ' <= now.getTime() + clocksDifferMs',
      replace: ' <= now.getTime()',
      why: 'A container whose clock is a second late books nothing, and the parts wait for an hour.',
      foundIn: {
        file: 'test/shared/completions/decide-window.test.ts',
        name: 'is due for a clock that is a little late',
      },
    },
  },
  'shared/completions/wake-windows.ts': {
    'hints-into-a-pause': {
      find: "if (paused.completions ?? paused.bookings) return { ...nothingWoken, outcome: 'paused' };",
      why: 'While bookings are paused, each window sends a hint an hour, which wait for the end of the pause.',
      foundIn: windowsTest('nor while bookings are paused'),
    },
  },
  'shared/completions/find-order.ts': {
    'typed-by-hand-booked-twice': {
      find: 'if (own.some(isSettled)) return askedUnder(found, inquiry);',
      replace: 'if (own.length >= 0) return inquiry;',
      why: 'What was typed under a wrong number, booked and renamed is booked on the right ERP order as well.',
      foundIn: life('made-by-hand', 'is booked on that one alone'),
    },
    'alias-outlives-its-name': {
      find: 'if (!other || other.id === order?.id) return { inquiry, order };',
      replace: 'if (other || order) return { inquiry, order };',
      why: 'What is built under a number that another order had once is never booked.',
      foundIn: life('made-by-hand', 'is booked as what Azumuta has under it'),
    },
  },
  'shared/completions/within-order.ts': {
    'parts-all-as-large-as-the-last-built': {
      find: 'part && part.index !== entry.part.index ? part.quantity.amount : own.amount',
      replace: "part === undefined || part.index > 0 ? own.amount : ''",
      why: 'Whole parts are refused as too much, where the rest is completed last.',
      foundBy: ['deadLetters', 'booked', 'recordings'],
    },
    'quantity-without-a-bound': {
      find: 'if (refusal) throw refusal;',
      replace: 'void refusal;',
      why: 'A comma that was lost books 4,000 on an order of 400.',
      foundBy: ['plausible'],
    },
  },
  'shared/erp/beyond-order.ts': {
    'consent-to-any-figure': {
      find: "return accepted?.split('+').includes(figuresAsRecorded(completion)[figure]) ?? false;",
      replace: 'return accepted !== undefined && completion !== undefined && figure !== undefined;',
      why: 'What a person has accepted once is accepted whatever is recorded after that.',
      foundIn: life('beyond-order', 'has not accepted what was recorded since'),
    },
  },
  'shared/completions/book.ts': {
    'change-outlives-its-booking': {
      find: "  if (booking.planned.kind === 'quantity') await endConcernsOnceBooked(booking, dependencies.ledger);\n",
      why: 'Of an order that is booked and closed, people are told each day that it is not as the ERP wants it.',
      foundIn: life('nothing-stays-open', 'stays open while Azumuta has its first number'),
    },
    'concern-ends-with-booking-of-others': {
      find: '!entry || !planned.parts.includes(entry.part.index)',
      replace: '!entry',
      why: 'A part that the ERP does not want is open in Azumuta, and nobody is told of it once the others are booked.',
      foundIn: life('parts-given-up', 'tells that a part is not wanted while it is open in Azumuta'),
    },
    'letters-end-with-any-booking': {
      find: 'if (isLeftOpen || bringsNothing) return;',
      replace: 'if (bringsNothing) return;',
      why: 'One booking of an order ends the letter of another, which stays refused: nobody is told.',
      foundIn: {
        file: 'test/shared/completions/refused.test.ts',
        name: 'does not end the letter of a booking that stays refused when another',
      },
    },
    'surplus-part-not-reported': {
      find: '  for (const part of surplus) await sendHintAboutSurplus(part, job, dependencies);\n',
      why: 'A part that was built in vain, as its ERP order was reduced while another was booked, is reported to nobody.',
      foundIn: life('surplus-built', 'tells of a part that was built in vain'),
    },
    'surplus-part-reported-by-each-hint': {
      find: 'if (surplus.length > 0 && !isPlanner) return;\n',
      why: 'Each hint that books a note has the same dead letter made again.',
      foundIn: life('surplus-built', 'says it once, whoever looks at its order later'),
    },
    'amendment-without-the-lock': {
      find: "const isAlone = isOnly && planned.kind === 'quantity';",
      replace: 'const isAlone = isOnly;',
      why: 'An amendment is written while another booking of its ERP order is still settling there.',
      foundIn: {
        file: 'test/shared/completions/booking-at-the-erp.test.ts',
        name: 'lets an amendment wait, whose own claim guards nothing else',
      },
    },
    'completion-not-noted': {
      find: 'await endOrderWaits(job, ledger.orders);',
      replace: 'void endOrderWaits;',
      why: 'The reconciliation asks about every order ever built, every day, forever.',
      foundIn: {
        file: 'test/shared/completions/planned.test.ts',
        name: 'ends with the receipt, or with the refusal',
      },
    },
    'receipt-before-the-effect': {
      find: 'const receipt = await sendToErp(booking,',
      replace:
        "await dependencies.ledger.claims.complete(claim, {}, { event: 'booked' });\n    const receipt = await sendToErp(booking,",
      why: 'After a crash before the booking, the ledger says that it is booked, but the ERP has nothing.',
      foundBy: ['booked'],
    },
    'booked-without-the-lock': {
      find: 'if (await lock.take(claim.owner, lockedSeconds)) return;',
      replace: 'if (lockedSeconds >= 0) return;',
      why: 'Two parts of one ERP order are booked at the same time, and one overwrites the other.',
      foundBy: ['booked'],
    },
    'lock-outlives-its-holder': {
      find: '{ leaseUntil: settlesAt }',
      replace: '{ leaseUntil: settlesAt + 30 * 86_400_000 }',
      why: 'After a lost answer, no other part of the order is booked for a month.',
      foundBy: ['recorded', 'leases', 'ends'],
    },
    'lock-not-released': {
      find: 'await lock?.release(claim.owner);\n  if (!isOurs)',
      replace: 'if (!isOurs)',
      why: 'Each part waits six minutes for the one before it.',
      foundBy: ['released'],
    },
    'refusal-stops-the-next-booking': {
      find: 'if (!(error instanceof Rejected)) throw error;',
      replace: 'if (error) throw error;',
      why: 'A recording that cannot be added stops those that can: their links never reach the ERP.',
      foundBy: ['recordings'],
    },
    'waiting-ends-with-the-plan': {
      find: 'const isFurther = home !== entry.number;',
      replace: 'const isFurther = true;',
      why: 'The first part of parts that are booked together is not asked about any more before all are booked.',
      foundIn: life('parts', 'waits with its first part until all are booked'),
    },
  },
  'shared/completions/content.ts': {
    'checks-of-an-amendment-booked-again': {
      find: '(after.checks ?? []).filter((check) => !known.has(JSON.stringify(check)))',
      replace: 'after.checks ?? []',
      why: 'A recording that came later books all checks of the order once more.',
      foundBy: ['details'],
    },
  },
  'shared/completions/decide-bookings.ts': {
    'key-of-the-number': {
      find: 'quantityKeyOf(first.order.id), open)',
      replace: 'quantityKeyOf(first.order.number), open)',
      why: 'An order that is renamed between two attempts gets two keys, and is booked twice.',
      foundBy: ['booked'],
    },
    'joint-key-of-the-lowest-part': {
      find: 'if (!again) return quantityWithKey(nextJointKey, open);',
      replace: "if (!again) return quantityWithKey(first.order.id + '#quantity', open);",
      why: 'Two hints that see different parts book some of them twice.',
      foundBy: ['booked'],
    },
    'parts-not-waited-for': {
      find: 'isAwaiting ? partsToBookEarly(open, facts) : open;',
      replace: 'open;',
      why: 'An ERP order that must be booked as a whole is booked part by part.',
      foundIn: {
        file: 'test/shared/completions/decide-bookings.test.ts',
        name: 'wait for each other then',
      },
    },
  },
  'shared/completions/decide-hint.ts': {
    'given-up-with-another-part': {
      find: 'parts.some((other) => other !== part)',
      replace: 'parts.length > 1',
      why: 'A booking in doubt is given up with another part of its order, and what is built is booked by nobody.',
      foundIn: {
        file: 'test/shared/completions/decide-hint.test.ts',
        name: 'has a claim that is over, of another part',
      },
    },
    'hint-ends-over-a-claim': {
      find: "return { to: 'wait', untilMs: Math.min(running.leaseUntil ?? 0, soon), sentence };",
      replace:
        "return sentence && soon > 0 ? { to: 'end', toRefuseAgain: [] } : { to: 'end', toRefuseAgain: [] };",
      why: 'The attempt in progress has died, and the message that would continue is deleted.',
      foundBy: ['booked', 'waiting'],
    },
    'hint-ends-over-a-plan': {
      find: 'if (asPlanned.length > 0) {',
      replace:
        "if (asPlanned.length > 0 && hint.via !== 'operator') return { to: 'end', toRefuseAgain };\n  if (asPlanned.length > 0) {",
      why: 'What was planned while the ERP was down is never booked.',
      foundBy: ['booked', 'waiting'],
    },
    'discarded-booking-opened-by-a-trigger': {
      find: "if (discarded || !surelyNotBooked) return 'leaveToPerson';",
      replace:
        "if (discarded) return decideAgainInTime(booking, facts);\n  if (!surelyNotBooked) return 'leaveToPerson';",
      why: 'A person has booked it by hand, and it is booked once more.',
      foundBy: ['nothingElse'],
    },
    'refused-booking-not-opened-again': {
      find: "if (hint.again) return surelyNotBooked || discarded ? 'decideAgain' : 'asPlanned';",
      replace: "if (hint.again) return 'leaveToPerson';",
      why: 'A person replays a dead letter, and nothing happens.',
      foundBy: ['booked', 'recordings'],
    },
    'repetition-read-again': {
      find: 'return sentAt.getTime() - triggeredAt.getTime() < sameCompletionMs;',
      replace: 'return sentAt < triggeredAt;',
      why: 'Each of a hundred triggers of one completion has Azumuta read.',
      foundIn: life('noise', 'costs no more than one trigger of each order, when all come at once'),
    },
  },
  'shared/completions/read-contents.ts': {
    'correction-taken-for-a-repetition': {
      find: 'triggeredAt: isOfTrigger ? attempt.sentAt : undefined',
      replace: 'triggeredAt: isOfTrigger ? readAt : undefined',
      why: 'What is corrected right after Azumuta was read late is taken for the same completion: nobody hears of it.',
      foundIn: comparedTest('tells a person when it was corrected right after its first trigger was read'),
    },
    'final-before-the-last': {
      find: ' || leavesParts(planned, facts)',
      why: 'The booking of a shift closes the ERP order, and those after it are refused.',
      foundBy: ['booked', 'deadLetters'],
    },
    'each-part-finishes-the-order': {
      find: 'const final = mapped.final && !isPart;',
      replace: 'const final = mapped.final;',
      why: 'The first part closes the ERP order, and the others cannot be booked.',
      foundBy: ['deadLetters', 'passing'],
    },
    'part-finishes-the-operations': {
      find: '(isPart ? { ...one, finished: false } : one)',
      replace: '(isPart ? { ...one } : one)',
      why: 'The first part closes all operations, and the others cannot report theirs.',
      foundBy: ['details', 'deadLetters'],
    },
    'final-over-a-difference': {
      find: 'const madeFor = final && erpOrder ?',
      replace: 'const madeFor = final && erpOrder && false ?',
      why: 'An ERP order that was raised to 99 is closed with the 3 that were built.',
      foundIn: life('daily-look', 'keeps its rest open in'),
    },
  },
  'shared/completions/read-facts.ts': {
    'part-of-a-lost-ledger-booked-again': {
      find: "return noted ? 'us' : 'earlier ledger';",
      replace: "return noted ? 'us' : 'us';",
      why: 'After the ledger was lost, a trigger comes again, and the parts of a shift are booked a second time.',
      foundIn: life('windows', 'has no part booked again, and none taken for booked: rest'),
    },
  },
  'shared/completions/read-recordings.ts': {
    'opened-part-booked': {
      find: 'if (!order?.completed) return [];',
      replace: 'if (!order) return [];',
      why: 'A part that is open for rework is booked as good.',
      foundBy: ['nothingElse'],
    },
  },
  'shared/completions/reconcile.ts': {
    'letters-not-looked-at': {
      find: 'const refused = await ledger.due.listWithDeadLetter(maxLooks);',
      replace: 'const refused: readonly string[] = [];',
      why: 'What a mapping has refused is booked by no corrected one, unless somebody replays it.',
      foundIn: life('nothing-stays-open', 'is tried once by each further configuration'),
    },
    'few-looks-a-day': {
      find: 'const maxLooks = 1000;',
      replace: 'const maxLooks = 13;',
      why: 'A hundred concerns delay the end of a true one by a week.',
      foundIn: life('nothing-stays-open', 'looks within a day at each of a thousand orders'),
    },
    'reconciliation-asks-nobody': {
      find: 'of await due.listOverdue(dueBy, mostOverdueRead)',
      replace: 'of (await due.listOverdue(dueBy, mostOverdueRead)).slice(0, 0)',
      why: 'If a trigger is lost, the completion is never booked.',
      foundBy: ['booked', 'waiting'],
    },
  },
  'shared/integration/mapping/completions.ts': {
    'scrap-dropped': {
      find: "scrap: scrap && scrap.amount !== '0' ? scrap : undefined,",
      replace: 'scrap: undefined,',
      why: 'Scrap is never booked, so the stock of components is wrong.',
      foundBy: ['figures'],
    },
    'working-time-doubled': {
      find: 'parts.flatMap((part) => workOf(timeZone, part))',
      replace: '[...parts, ...parts].flatMap((part) => workOf(timeZone, part))',
      why: 'Each product costs twice the time that it took.',
      foundBy: ['worked'],
    },
    'last-lot-dropped': {
      find: "mapEachPart('lots', mapping.lots ?? (() => []), parts)",
      replace: "mapEachPart('lots', mapping.lots ?? (() => []), parts).map((given) => given.slice(0, 1))",
      why: 'Pieces leave the factory with serial numbers that the ERP does not have.',
      foundBy: ['figures', 'deadLetters'],
    },
    'components-of-the-first-part': {
      find: "mapEachPart('components', components.of, parts).flat()",
      replace: "mapEachPart('components', components.of, parts.slice(0, 1)).flat()",
      why: 'Of an order that is booked as a whole, the components of one part leave the stock.',
      foundBy: ['details'],
    },
    'reason-of-scrap-dropped': {
      find: 'scrapReasons: reasons.length > 0 ? reasons : undefined',
      replace: 'scrapReasons: reasons.length > 1e6 ? reasons : undefined',
      why: 'Nobody learns why there is scrap.',
      foundBy: ['details'],
    },
  },
  'shared/integration/mapping/details.ts': {
    'quantity-of-the-first-part': {
      find: 'sumOf(quantities.map(({ amount }) => amount))',
      replace: 'sumOf(quantities.slice(0, 1).map(({ amount }) => amount))',
      why: 'An order that must be booked as a whole is booked with its first part only.',
      foundBy: ['figures'],
    },
    'lots-of-components-dropped': {
      find: 'return componentFrom({ article, quantity, lots, recording, step });',
      replace: 'return componentFrom({ article, quantity, lots: [], recording, step });',
      why: 'Nobody can say later which lot is in which product.',
      foundBy: ['details'],
    },
    'time-of-operations-doubled': {
      find: 'const reported = reports.flatMap((report) => report[field] ?? []);',
      replace: 'const reported = [...reports, ...reports].flatMap((report) => report[field] ?? []);',
      why: 'Each operation costs twice what it took.',
      foundBy: ['details', 'worked'],
    },
  },
  'shared/integration/mapping/recorded.ts': {
    'one-piece-unless-recorded': {
      find: "typeof Quantity === 'number' || typeof Quantity === 'string' ? Quantity : undefined",
      replace: "typeof Quantity === 'number' || typeof Quantity === 'string' ? 1 : undefined",
      why: 'Five pieces were built as planned, but one is booked.',
      foundBy: ['figures'],
    },
    'renamed-step-books-the-plan': {
      find: 'if (found.length > 0 || optional) return found;',
      replace: 'if (found.length >= 0 || optional) return found;',
      why: 'A step was renamed in Azumuta, and what was planned is booked as built.',
      foundBy: ['figures'],
    },
  },
  'shared/model/configured.ts': {
    'promise-taken-for-a-value': {
      find: 'if (!(answer instanceof Promise)) return answer;',
      replace: 'return answer;',
      why: 'A mapping that asks somebody makes orders without parameters.',
      foundIn: {
        file: 'test/shared/integration/mapping/product-orders.test.ts',
        name: 'is rejected when its promise fails',
      },
    },
  },
};
