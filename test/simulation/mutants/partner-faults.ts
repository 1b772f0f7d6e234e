import { type Faults, life } from './mutant.ts';

/** Faults in how partners are called, in the connectors, and in the queues' worker. */
export const partnerFaults: Faults = {
  'shared/azumuta/client.ts': {
    'unknown-variant-perhaps-created': {
      find: 'throw error instanceof Rejected ? error.beforeWriting() : error;',
      replace: 'throw error;',
      why: 'An order that was never sent can be withdrawn or renumbered no more.',
      foundIn: {
        file: 'test/shared/azumuta/create-product-order.test.ts',
        name: 'has surely created nothing when a variant is unknown',
      },
    },
  },
  'shared/azumuta/field-readers.ts': {
    'photo-stops-a-booking': {
      find: 'const own: InvalidField[] = [];',
      replace: 'const own = reading.invalid;',
      why: 'One photo in a recording, and nothing of it is booked.',
      foundIn: {
        file: 'test/shared/completions/unknown-forms.test.ts',
        name: 'is booked with what is understood: a photo',
      },
    },
  },
  'shared/circuit-breaker/circuit-breaker.ts': {
    'pause-not-heeded-with-an-end': {
      find: 'if (pause) return outageByPause',
      replace: 'if (pause && pause.ends === undefined) return outageByPause',
      why: 'While the plant is closed its ERP is called, which may be under maintenance.',
      foundBy: ['paused', 'wakes'],
    },
    'breaker-never-closes': {
      find: 'set: { open: false, closedAt',
      replace: 'set: { open: true, closedAt',
      why: 'After an outage of one minute nothing is processed any more.',
      foundBy: ['ends', 'reported'],
    },
    'breaker-never-opens': {
      find: 'if (!opens) return false;',
      replace: 'if (failures >= 0) return false;',
      why: 'A partner that is down is called for every message, and locks our account.',
      foundBy: ['calls'],
    },
    'breaker-lets-everything-through': {
      find: 'if (state?.open !== true) return undefined;',
      replace: 'if (this.#now() > 0) return undefined;',
      why: 'A partner that is down is called for every message, and locks our account.',
      foundBy: ['breaker', 'calls'],
    },
    'failed-probe-makes-nobody-wait': {
      find: 'const openUntil = at + this.#cooldown(failure, openings) * 1000;',
      replace: 'const openUntil = at;',
      why: 'Every next call is a probe: a partner that is down is called for every message.',
      foundBy: ['calls'],
    },
    'probed-by-everybody': {
      find: ' AND (attribute_not_exists(#probeUntil) OR #probeUntil <= :at)',
      why: 'All that has waited for a partner that is down calls it at once.',
      foundBy: ['breaker', 'calls'],
    },
    'one-order-says-down': {
      find: 'if (isAlone && !isDown) return false;',
      why: 'One order with a lasting 500 in a quiet night, and people are told that the ERP is down.',
      foundIn: {
        file: 'test/shared/circuit-breaker/one-order.test.ts',
        name: 'never opens it however often it comes within a minute',
      },
    },
  },
  'shared/circuit-breaker/guarded-call.ts': {
    'names-of-operators-logged': {
      find: 'const result = await run();',
      replace: "const result = await run();\n      log.info('Partner', { answer: JSON.stringify(result) });",
      why: 'Names of operators are kept in the logs.',
      foundBy: ['personal'],
    },
  },
  'shared/erp/odoo/book.ts': {
    'mark-not-posted-in-odoo': {
      find: '  if (note) {',
      replace: '  if (note && lots.length < 0) {',
      why: 'The next attempt cannot recognise which booking is ours.',
      foundBy: ['nothingElse', 'booked', 'deadLetters', 'passing', 'waiting'],
    },
  },
  'shared/erp/odoo/look.ts': {
    'own-booking-not-recognised-in-odoo': {
      find: "const done = family.members.find((one) => one.state === 'done' && isOurs(one));",
      replace: 'const done = undefined;',
      why: 'A booking whose answer was lost is refused, or booked on the rest of the order.',
      foundBy: ['booked', 'deadLetters'],
    },
  },
  'shared/erp/odoo/marks.ts': {
    'link-marked-by-number': {
      find: "const mark = markOf('product-order', id);",
      replace: "const mark = markOf('product-order', number);",
      why: 'A product order that was made again has no link in Odoo: the one that is there leads to nothing.',
      foundIn: {
        file: 'test/shared/erp/conformance/odoo-traps.test.ts',
        name: 'links a product order that was made again under its number',
      },
    },
    'linked-again-without-a-look': {
      find: 'if (marks.some((found) => found.mark === mark)) return;',
      why: 'After a crash the ERP gets the same id a second time.',
      foundBy: ['linkedOnce'],
    },
  },
  'shared/erp/business-central/look.ts': {
    'own-booking-not-recognised-in-business-central': {
      find: 'if (!booked) return undefined;',
      replace: 'return undefined;',
      why: 'A booking that is there is refused as the same key, for ever.',
      foundBy: ['ends', 'booked', 'passing', 'deadLetters'],
    },
  },
  'shared/erp/rest/errors.ts': {
    'lock-of-the-order-taken-for-a-refusal': {
      find: 'return status === 423;',
      replace: 'return status === 599;',
      why: 'An order that a clerk has open for a minute becomes a dead letter.',
      foundBy: ['passing'],
    },
  },
  'shared/erp/rest/look.ts': {
    'booked-again-by-the-second-attempt': {
      find: 'reference ??= run.readDone(lookUp);',
      replace: 'reference ??= task.attempt.again ? undefined : run.readDone(lookUp);',
      why: 'After a lost answer, components and operations of a part are booked once more.',
      foundBy: ['booked', 'details', 'deadLetters'],
    },
    'own-booking-not-recognised-in-rest': {
      find: 'reference ??= run.readDone(lookUp);',
      why: 'A booking whose answer was lost is posted twice.',
      foundBy: ['booked', 'deadLetters'],
    },
  },
  'shared/erp/sap-s4hana/look.ts': {
    'own-booking-not-recognised-in-sap': {
      find: 'const posted = findOurs(confirmations, keyAsGuid(key), erpOrder);',
      replace: 'const posted = findOurs([], keyAsGuid(key), erpOrder);',
      why: 'A confirmation whose answer was lost is posted twice.',
      foundBy: ['booked', 'deadLetters', 'passing'],
    },
  },
  'shared/platform/aws/secrets.ts': {
    'refused-secret-not-read-again': {
      find: 'if (isFresh && !refresh) return known.text;',
      replace: 'if (wasRead) return known.text;',
      why: 'After a rotation a container uses the old key as long as it lives.',
      foundBy: ['ends', 'created'],
    },
  },
  'shared/platform/http.ts': {
    'requests-leave-at-no-pace': {
      find: 'return guard?.pace ? guard.pace(signal, sendBuilt) : sendBuilt();',
      replace: 'return sendBuilt();',
      why: 'A partner gets more calls per second than its limit, and refuses them.',
      foundBy: ['perSecond'],
    },
  },
  'shared/slots/slots.ts': {
    'slot-not-given-back': {
      find: 'else await lease?.release(owner);',
      why: 'With one slot, only one batch is processed every six minutes.',
      foundBy: ['released'],
    },
    'called-without-a-slot': {
      find: 'if (!(await this.take(partner))) throw new NoFreeSlot(partner);',
      why: 'A partner gets more simultaneous calls than its limit.',
      foundBy: ['atOnce'],
    },
    'calls-with-one-slot-at-once': {
      find: 'const call = turn.calls.then(() => callWithSlot(partner, turn, work));',
      replace: 'const call = callWithSlot(partner, turn, work);',
      why: 'One slot is used for several simultaneous calls: the partner gets more than its limit.',
      foundBy: ['atOnce'],
    },
  },
  'shared/worker/backoff.ts': {
    'retried-without-a-wait': {
      find: 'return Math.max(1, Math.round(seconds));',
      replace: 'return 1;',
      why: 'A failed call is repeated every second: a partner that is overloaded goes down.',
      foundBy: ['recorded', 'calls'],
    },
  },
  'shared/worker/process-record.ts': {
    'waits-too-long-in-a-pause': {
      find: 'if (isPause && isOldInPause(record,',
      replace: 'if (isPause && hasWaitedTooLong(record, new Date(0)) && isOldInPause(record,',
      why: 'After the summer closure all that waited is a dead letter, or is gone as SQS has forgotten it.',
      foundBy: ['passing', 'deadLetters', 'created', 'booked'],
    },
    'wait-noted-as-a-failure': {
      find: "case 'wait':\n        return this.#waits(verdict, inWork, waitedMs, deadline);",
      replace: "case 'wait':",
      why: 'A message that has its turn later is retried ever more seldom, and each of its waits is a write.',
      foundBy: ['waits'],
    },
    'dead-letter-lost': {
      find: "log.error('Could not write a dead letter', { reason: reasonOf(error) });",
      replace:
        "log.error('Could not write a dead letter', { reason: reasonOf(error) });\n      return undefined;",
      why: 'SQS refuses a dead letter, but its message is deleted: nobody learns of it.',
      foundBy: ['recorded'],
    },
    'dead-letter-not-noted': {
      find: 'await deadLetters.record(deadLetter);',
      why: 'The journey of an order does not show that it waits for a person.',
      foundBy: ['recorded'],
    },
    'dead-letter-not-counted': {
      find: "log.error('Dead letter', { ...rejectionOf(rejected) }, { DeadLettered: 1 });",
      replace: "log.error('Dead letter', { ...rejectionOf(rejected) });",
      why: 'Whoever counts dead letters in the logs, as the runbook says, sees none.',
      foundBy: ['recorded'],
    },
    'replayed-message-is-another': {
      find: 'return messageAttributes.messageId?.stringValue ?? messageId;',
      replace: 'return messageAttributes.never?.stringValue ?? messageId;',
      why: 'A rejected message that a person sends again does not recognise its own claim, and is dropped.',
      foundIn: life(
        'made-by-hand',
        'finds that an order whose creation was refused is booked, when it was typed by hand and built',
      ),
    },
  },
  'shared/worker/worker.ts': {
    'slot-of-azumuta-held-while-booking': {
      find: 'if (this.#isFollowed(partner) && slots) await deadline.whileOpen(slots.giveBack(partner));',
      why: 'While the ERP is slow, nobody can ask Azumuta.',
      foundBy: ['oneSlot'],
    },
    'failed-messages-deleted': {
      find: 'batch.retried.push(...retried);',
      replace: 'batch.retried.push(...retried.filter(() => false));',
      why: 'A message that failed once is never tried again.',
      foundBy: ['created', 'booked', 'linked', 'waiting'],
    },
  },
};
