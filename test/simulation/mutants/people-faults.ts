import { type Faults, life } from './mutant.ts';

const endOrder = (name: string) => ({ file: 'test/infra/ops/orders/end-order.test.ts', name });
const replayTest = (name: string) => ({ file: 'test/infra/ops/replay/replay.test.ts', name });
const days = (name: string) => ({ file: 'test/shared/ledger/records/days.test.ts', name });

/** Faults in what people are told, and in what they do. */
export const peopleFaults: Faults = {
  'infra/ops/map/preview.ts': {
    'preview-finishes-each-order': {
      find: "final ? 'yes' : 'no, more is to come'",
      replace: "'yes'",
      why: 'Who tries a mapping believes that each booking finishes its order.',
      foundIn: {
        file: 'test/infra/ops/map/preview.test.ts',
        name: 'says that a booking does not finish its order',
      },
    },
  },
  'infra/ops/orders/end-order.ts': {
    'settled-without-go': {
      find: 'if (go) for (const concern of open)',
      replace: 'for (const concern of open) if (go || concern.claimant !== undefined)',
      why: 'Who looks first what a command would do ends that two orders have one number.',
      foundIn: endOrder('ends nothing while it only shows what it would end'),
    },
    'settled-in-vain': {
      find: 'if (go) for (const concern of open) await ledger.concerns.settle(number, concern, note);',
      why: 'People are told for ever what they have put right and settled.',
      foundBy: ['settled'],
    },
    'given-up-while-it-is-booked': {
      find: "booking.state === 'claimed' || (booking",
      replace: '(booking',
      why: 'An order is booked that its planner was told is given up.',
      foundIn: endOrder('is refused while the order is being booked'),
    },
    'given-up-while-it-is-planned': {
      find: 'while (!(await bookings.useUpKey(known.home, known.nextJointKey, of)))',
      replace: 'while (known.home === of.note)',
      why: 'What a person has booked by hand is booked with the other parts, as these were being planned with it.',
      foundIn: life('parts-given-up', 'is not booked with the others while these are planned with it'),
    },
    'letters-of-others-given-up': {
      find: '    if (refused.length > 0) return refused.some(({ parts }) => parts.includes(index));\n',
      why: 'Who gives up the first part ends the dead letter of others whose booking was refused: nobody books them.',
      foundIn: life('parts-given-up', 'leaves the dead letter of others whose booking was refused'),
    },
    'parts-wait-for-one-given-up': {
      find: '    if (isBookedTogether(entry)) await sendHintForOtherParts(entry, dependencies);\n',
      why: 'Parts that are built wait for ever for one that a person has given up, or are booked with it.',
      foundIn: life('parts-given-up', 'is not awaited by others that were built before it was given up'),
    },
    'discarded-order-remade': {
      find: 'bookings.some(({ parts }) => parts',
      replace: 'bookings.some(({ parts, discarded }) => !discarded && parts',
      why: 'What was built, and booked by hand, is built a second time.',
      foundIn: endOrder('is refused where a person has discarded its booking'),
    },
    'removed-order-made-twice': {
      find: 'const outcome = whatAPersonDoes.remake[lifeOf(known).stage];',
      replace: 'const outcome = whatAPersonDoes.remake.removed;',
      why: 'A product order that is there is made a second time.',
      foundIn: life('operators', 'is refused where it was not removed'),
    },
  },
  'infra/ops/replay/replay.ts': {
    'letter-noted-after-it-is-sent': {
      find: `    for (const { deadLetter, to } of moves) {
      const { messageId, filedUnder: orderNumber } = deadLetter;
      const sending = noteOfReplay(\`sending it to \${to} again\`, request);
      await ledger.deadLetters.markReplayed({ messageId, orderNumber }, sending);
    }
    for (const [queue, group] of Map.groupBy(moves, ({ to }) => to)) {
      const messages = group.map((move) => messageOfMove(move, request, clock));
      const refused = await queues.sendAll(queueUrls[queue], messages);
      sent.push(...group.filter((_, at) => !refused.includes(at)));
    }
`,
      replace: `    for (const [queue, group] of Map.groupBy(moves, ({ to }) => to)) {
      const messages = group.map((move) => messageOfMove(move, request, clock));
      const refused = await queues.sendAll(queueUrls[queue], messages);
      sent.push(...group.filter((_, at) => !refused.includes(at)));
    }
    for (const { deadLetter, to } of sent) {
      const { messageId, filedUnder: orderNumber } = deadLetter;
      const sending = noteOfReplay(\`sending it to \${to} again\`, request);
      await ledger.deadLetters.markReplayed({ messageId, orderNumber }, sending);
    }
`,
      why: 'A letter that fails again at once is noted as gone, and nobody is told of it.',
      foundIn: replayTest('is noted before it is sent, as it may fail again at once'),
    },
    'refused-letter-not-dead-any-more': {
      find: "if (stage !== 'receive-webhook')",
      replace: "if (stage === 'receive-webhook')",
      why: 'A letter that SQS does not take stays in its queue, and leaves the alerts.',
      foundIn: replayTest('is dead as before where SQS does not take it'),
    },
    'replay-loses-them': {
      find: 'const refused = await queues.sendAll(queueUrls[queue], messages);',
      replace: 'const refused: number[] = [];',
      why: 'When a person sends dead letters again, they are lost.',
      foundBy: ['created', 'linked', 'booked'],
    },
  },
  'infra/stack/alarms.ts': {
    'alarms-of-what-is-off': {
      find: 'scheduledOf(integration).filter(({ runs }) => runs.isOn)',
      replace: 'scheduledOf(integration)',
      why: 'A plant that posts its orders is told for ever that the pull does not run.',
      foundIn: { file: 'test/infra/stack/alarms.test.ts', name: 'are none for what is off' },
    },
  },
  'shared/alerts/decide-alerts.ts': {
    'told-again': {
      find: 'isDue && !known.has(troubleFingerprint(id))',
      replace: 'isDue',
      why: 'What people know already is told as new every hour.',
      foundBy: ['told'],
    },
  },
  'shared/alerts/send-alerts.ts': {
    'reminded-while-closed': {
      find: "if (isClosed && decision.event !== 'new') return false;",
      why: 'People are reminded daily of what nobody works on while the plant is closed.',
      foundIn: {
        file: 'test/shared/alerts/closures.test.ts',
        name: 'says nothing for three weeks of what is late or waits because all is closed',
      },
    },
    'ended-pauses-kept': {
      find: 'if (anyEnded) await',
      replace: 'if (anyEnded && failures.length > 0) await',
      why: 'After a rollback, 0.3.0 holds back on a pause that has ended by itself.',
      foundIn: {
        file: 'test/shared/alerts/closures.test.ts',
        name: 'says the end of each pause',
      },
    },
    'uncomposed-alert-counts-as-told': {
      find: 'return alert !== undefined;',
      replace: 'return true;',
      why: 'Of what could not be put into words once, nobody hears for a day.',
      foundIn: {
        file: 'test/shared/alerts/send-alerts.test.ts',
        name: 'tells at the next run what could not be put into words',
      },
    },
  },
  'shared/ledger/records/days.ts': {
    'scrap-counted-as-good': {
      find: 'good: piecesOf(good),',
      replace: 'good: piecesOf(good ?? scrap),',
      why: 'A day on which all was scrapped looks like a good one.',
      foundIn: days('counts scrap alone as no good piece'),
    },
    'late-by-greenwich': {
      find: 'dayIn(timeZone, at) > dueDay',
      replace: 'at.slice(0, 10) > dueDay',
      why: 'What is booked just after midnight is told as on time.',
      foundIn: days("is late by the plant's day"),
    },
  },
  'shared/situation/read.ts': {
    'outage-drained-at-once': {
      find: 'drainedTimes * outageSeconds * 1000',
      replace: 'drainedTimes * outageSeconds',
      why: 'After each outage a mail comes for what is being drained by itself.',
      foundIn: {
        file: 'test/shared/situation/read.test.ts',
        name: 'is not told while it is drained after an outage',
      },
    },
  },
};
