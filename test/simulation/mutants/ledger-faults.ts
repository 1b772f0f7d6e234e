import { type Faults, life } from './mutant.ts';

/** Faults in the code that keeps two attempts apart, and in what the ledger records. */
export const ledgerFaults: Faults = {
  'shared/ledger/claims.ts': {
    'claim-taken-over-at-once': {
      find: '(#state = :claimedState AND #leaseUntil <= :at))`',
      replace: '(#state = :claimedState AND (#leaseUntil <= :at OR #leaseUntil > :at)))`',
      why: 'A message that comes twice is processed twice at the same time: two product orders, two bookings.',
      foundBy: ['created', 'booked'],
    },
    'claim-lease-compared-the-wrong-way': {
      find: '#leaseUntil <= :at',
      replace: '#leaseUntil >= :at',
      why: 'A claim is taken over while its attempt still runs, and never after it has died: those orders are stuck.',
      foundBy: ['created', 'booked', 'waiting', 'ends'],
    },
    'settling-not-waited-for': {
      find: 'const settlesAt = this.leaseUntil(this.clock.now());',
      replace: 'const settlesAt = this.clock.now().getTime();',
      why: 'A write without an answer takes effect after the next attempt has looked, and is made twice.',
      foundBy: ['created', 'booked'],
    },
    'claim-is-never-again': {
      find: 'const again = Number(held.attempts) > 1 && before?.clean !== true;',
      replace: 'const again = false;',
      why: 'Our own product order, completed in the meantime, counts as typed by hand and becomes a dead letter.',
      foundBy: ['deadLetters', 'passing', 'withdrawn'],
    },
    'rejected-claim-is-anybodys': {
      find: "const isOurs = reopens ? '' : ' AND #rejectedBy = :message';",
      replace:
        "const isOurs = reopens ? '' : ' AND (#rejectedBy = :message OR #rejectedBy <> :message OR attribute_not_exists(#rejectedBy))';",
      why: 'What was refused is created or booked by a message that was still in the queue.',
      foundIn: {
        file: 'test/shared/ledger/claims.test.ts',
        name: 'keeps the reason and cause of a rejected step until its own message, replayed, claims it again',
      },
    },
    'receipt-does-not-close-the-claim': {
      find: "state: 'done', doneAt",
      replace: "state: 'waiting', doneAt",
      why: 'The ledger still says that the work waits, so each further message does it again.',
      foundBy: ['waiting'],
    },
    'claim-kept-after-a-failure': {
      find: 'await this.#endClaim(claim, { set }, entry);',
      replace: 'await this.#updateOwn(claim, { set: { ...waits, clean: isClean(claim, wrote) } }, [entry]);',
      why: 'Each attempt that fails before its first call blocks the next one for six minutes.',
      foundBy: ['released', 'waiting'],
    },
    'release-forgets-the-doubt': {
      find: "state: 'waiting', clean: isClean(claim, wrote)",
      replace: "state: 'waiting', clean: wrote === 'nothing'",
      why: 'After an attempt that only failed to look, what the one before it wrote counts as somebody else’s.',
      foundBy: ['created', 'booked', 'deadLetters'],
    },
  },
  'shared/ledger/history.ts': {
    'history-without-an-end': {
      find: 'JSON.stringify(kept)) > maxHistoryBytes',
      replace: 'JSON.stringify(kept)) < 0',
      why: 'The item of an order that waits for days grows beyond the limit, and can never be written again.',
      foundBy: ['items'],
    },
  },
  'shared/ledger/keys.ts': {
    'ledger-forgets-within-minutes': {
      find: 'export const retentionSeconds = 430 * 86_400;',
      replace: 'export const retentionSeconds = 430;',
      why: 'The time to live has another unit: receipts disappear, and a replayed message has its effect twice.',
      foundBy: ['journey', 'created', 'booked'],
    },
  },
  'shared/ledger/lease.ts': {
    'lease-compared-the-wrong-way': {
      find: '#leaseUntil <= :now',
      replace: '#leaseUntil >= :now',
      why: 'Runs overlap, and after a run that died no other run starts: no more orders come in.',
      foundBy: ['ends', 'atOnce', 'booked'],
    },
    'lease-anybodys': {
      find: 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now',
      replace: 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now OR #leaseUntil > :now',
      why: 'A slot is taken twice: a partner gets more simultaneous calls than its limit.',
      foundBy: ['atOnce'],
    },
    'lease-not-given-back': {
      find: "{ set, remove: ['leaseUntil', 'owner', ...remove] }",
      replace: '{ set, remove }',
      why: 'A slot is free only when its lease has ended: with one slot, one batch every six minutes.',
      foundBy: ['released'],
    },
  },
  'shared/ledger/records/bookings.ts': {
    'key-given-twice': {
      find: 'if (!isJointKey(name)) return this.table.remove(key, condition, values);',
      replace: 'if (key) return this.table.remove(key, condition, values);',
      why: 'A plan is taken back, and two hints that have read before and after plan its parts under two keys.',
      foundIn: {
        file: 'test/shared/ledger/records/joint-keys.test.ts',
        name: 'gives a key once: what is taken back stays',
      },
    },
    'plan-taken-back-though-attempted': {
      find: `    const condition = \`\${nothingSent.condition} AND #readAt = :seen\`;
    const values = { ...nothingSent.values, seen: readAt.toISOString() };
`,
      replace: `    const condition = '#readAt = :seen';
    const values = { seen: readAt.toISOString() };
`,
      why: 'What is being booked at this moment is forgotten, and booked once more.',
      foundIn: {
        file: 'test/shared/ledger/records/bookings.test.ts',
        name: 'is withdrawn only if it was surely not sent',
      },
    },
    'two-plan-at-once': {
      find: 'if (!seen) return this.createItem(key, { ...set, attempts }, event);',
      replace: `if (!seen) {
      const item = { ...key, ...set, attempts, v: 1, expiresAt: this.expiresAt() };
      await this.table.putIf(item, 'attribute_exists(pk) OR attribute_not_exists(pk)');
      return item;
    }`,
      why: 'Two hints that meet both plan, claim and book the same completion.',
      foundBy: ['booked', 'recordings', 'figures'],
    },
    'content-outlives-the-receipt': {
      find: "export const forBookingOnly = ['content', 'awaiting', 'dueAt'];",
      replace: "export const forBookingOnly = ['awaiting', 'dueAt'];",
      why: 'Notes that may name persons are kept for 430 days, and each item takes more write units.',
      foundBy: ['kept'],
    },
  },
  'shared/ledger/records/concerns.ts': {
    'settled-and-told-again': {
      find: "if (!known && settledIn(held).includes(content)) return 'settled';",
      why: 'What a person has settled is told again with each pull.',
      foundIn: life('advice', 'ends it: changed, put right not at all'),
    },
    'settled-look-told-again': {
      find: "if (!known && settledIn(held).includes(named)) return 'settled';",
      why: 'A person has settled what a look has said, and the next pull says it again as it was made.',
      foundIn: life('changed-on-both-sides', 'is told once where it is renamed'),
    },
    'told-in-turns': {
      find: 'wantsTheSame ? { ...known, wanted } : concern',
      replace: 'wantsTheSame ? concern : concern',
      why: 'An order that was renamed in the ERP and in Azumuta is told with each pull, and again with each look.',
      foundIn: life('changed-on-both-sides', 'is told once where it is renamed'),
    },
    'settled-change-told-once-booked': {
      find: '[wanted.contentHash, nameOfWanted(wanted), ',
      replace: '[nameOfWanted(wanted), ',
      why: 'A person has said that an order shall stay as it is, and is told again once it is booked so.',
      foundIn: life('advice', 'ends it: changed, put right not at all'),
    },
    'settled-change-told-once-built': {
      find: ', ...onceBuilt]',
      replace: ']',
      why: 'A person has said that an order shall stay as it is, and is told again once it is built so.',
      foundIn: life('parts-of-several', 'tells nothing where a person has settled'),
    },
    'change-not-reported': {
      find: 'const isAnnounced = known?.content === content;',
      replace: 'return false;',
      why: 'The ERP wants another quantity than is built, and nobody learns of it.',
      foundBy: ['reported'],
    },
    'concern-ended-unseen': {
      find: "condition: '#content = :seen',",
      replace: "condition: 'attribute_exists(#content) OR #content = :seen',",
      why: 'Who has seen an older change ends the concern that tells a newer one.',
      foundIn: {
        file: 'test/shared/ledger/records/concerns.test.ts',
        name: 'is not ended by who has read what was told before',
      },
    },
  },
  'shared/ledger/records/known-orders.ts': {
    'renamed-product-order-unknown': {
      find: 'return first && numberOf(first);',
      replace: 'return undefined;',
      why: 'The booking of a product order that was renamed in Azumuta does not know its ERP order.',
      foundBy: ['booked', 'deadLetters'],
    },
  },
  'shared/ledger/records/product-orders.ts': {
    'open-records-expire': {
      find: 'if (before > expiresAt - monthSeconds) return;',
      replace: 'if (before > 0) return;',
      why: 'An order that is open for more than 430 days loses its records one by one.',
      foundIn: life('daily-look', 'keeps all records of an order that is open for two years'),
    },
    'order-withdrawn-though-attempted': {
      find: 'inAzumuta === undefined ? nothingSent : ifStateWas(entry.state);',
      replace: 'inAzumuta === undefined ? ifStateWas(entry.state) : ifStateWas(entry.state);',
      why: 'An order that may be in Azumuta is told as withdrawn, and is built for nobody.',
      foundIn: {
        file: 'test/shared/ledger/records/product-orders.test.ts',
        name: 'is withdrawn only while surely nothing of it was sent',
      },
    },
    'withdrawn-order-still-waits': {
      find: "const refused = { state: 'rejected', reason:",
      replace: "const refused = { state: 'waiting', reason:",
      why: 'An order that the ERP has withdrawn is created in Azumuta by a waiting message, and built.',
      foundBy: ['withdrawn', 'waiting'],
    },
  },
  'shared/ledger/records/pull-state.ts': {
    'finished-window-goes-on': {
      find: "finished ? ['window'] : []",
      replace: '[]',
      why: 'No run reads the time before the last row again: an order that the ERP commits late is never read.',
      foundBy: ['created'],
    },
  },
  'shared/ledger/records/records.ts': {
    'claim-without-settling-time': {
      find: 'return endsAt.getTime() + this.#settlingMs;',
      replace: 'return endsAt.getTime() - 60_000;',
      why: 'A call of a dead attempt takes effect after the next attempt has looked, and is made twice.',
      foundBy: ['created', 'booked'],
    },
    'lease-relies-on-the-hold': {
      find: 'return endsAt.getTime() + this.#settlingMs;',
      replace: 'return endsAt.getTime();',
      why: 'An attempt dies before it can note that its write is settling, and the next one does not wait for it.',
      foundBy: ['created', 'booked'],
    },
  },
  'shared/ledger/records/pauses.ts': {
    'pause-never-ends-by-itself': {
      find: 'until.getTime() <= now.getTime()',
      replace: 'until.getTime() <= 0',
      why: 'On the day after the closure nothing goes on, and nobody is there to resume it.',
      foundBy: ['ends'],
    },
  },
};
