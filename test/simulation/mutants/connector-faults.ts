import type { Faults } from './mutant.ts';

/** A promise of the conformance suite, kept by a connector with a test server. */
const promise = (connector: string, name: string) => ({
  file: `test/shared/erp/${connector}/conformance.test.ts`,
  name,
});

/** Faults in what connectors take from stock and report, and in when they stop, which the simulation does not draw. */
export const connectorFaults: Faults = {
  'shared/erp/business-central/book.ts': {
    'link-that-is-there-taken-for-a-refusal': {
      find: 'if (!(await isLinked())) throw refused;',
      replace: 'throw refused;',
      why: 'Of two workers that link an order at once, one sends a person to what is linked.',
      foundIn: {
        file: 'test/shared/erp/business-central/bookings.test.ts',
        name: 'links once, and refuses none, of two workers at once',
      },
    },
    'refusal-of-our-own-booking': {
      find: 'if (receipt) return { ...receipt, alreadyBooked: refused !== undefined };',
      replace: 'if (receipt && !refused) return { ...receipt, alreadyBooked: false };',
      why: 'Of two workers with one key, one sends a person to what is booked.',
      foundIn: {
        file: 'test/shared/erp/business-central/answers.test.ts',
        name: 'takes a refusal for none where a look finds our booking',
      },
    },
  },
  'shared/erp/business-central/components.ts': {
    'line-of-a-component-overfilled': {
      find: 'const takesAll = one === rooms.at(-1) || rest.lte(one.room);',
      replace: 'const takesAll = true;',
      why: 'A line of a component is taken beyond its plan, while another one remains open.',
      foundIn: promise('business-central', 'fills one line of a component before it takes the next'),
    },
  },
  'shared/erp/business-central/list-orders.ts': {
    'listed-beyond-what-is-committed': {
      find: 'openFrom: last.safeRowVersion',
      replace: 'openFrom: last.rowVersion + 1n',
      why: 'A change whose transaction was open is never listed.',
      foundIn: {
        file: 'test/shared/erp/business-central/list-orders.test.ts',
        name: 'lists a change that was committed after a later one, once',
      },
    },
  },
  'shared/erp/odoo/client.ts': {
    'odoo-books-after-the-deadline': {
      find: 'order, signal, guard };',
      replace: 'order, signal: call.writes ? new AbortController().signal : signal, guard };',
      why: 'What is booked after the deadline is booked again by the next attempt.',
      foundIn: promise('odoo', 'sends nothing more of a whole order once the time of the worker is up'),
    },
    'odoo-requests-lose-their-guard': {
      find: 'order, signal, guard };',
      replace: 'order, signal };',
      why: 'Once something wraps the signal, answers close no breaker and calls have no pace.',
      foundIn: promise('odoo', 'hands the guard of its work to each request'),
    },
  },
  'shared/erp/rest/book.ts': {
    'rest-books-after-the-deadline': {
      find: 'const { signal, guard } = task.attempt;',
      replace: 'const { guard } = task.attempt;\n  const { signal } = new AbortController();',
      why: 'What is booked after the deadline is booked again by the next attempt.',
      foundIn: promise('rest', 'sends nothing more of a whole order once the time of the worker is up'),
    },
  },
  'shared/erp/rest/figures.ts': {
    'lot-compared-with-one-recording': {
      find: 'const amount = sumOf(lots.flatMap((one) => (one.number === number ? one.amount : [])));',
      replace: "const amount = lots.find((one) => one.number === number)?.amount ?? '0';",
      why: 'Two recordings of one lot take more of it than there is.',
      foundIn: promise('rest', 'refuses a lot of a component that holds less than two recordings used'),
    },
    'second-line-of-a-component-ignored': {
      find: 'if (lines < 2) return;',
      replace: 'if (lines > 0) return;',
      why: 'Of a component in two lines one is booked, and the other is not.',
      foundIn: {
        file: 'test/shared/erp/rest/assembly.test.ts',
        name: 'refuses a component that a look-up lists in two lines',
      },
    },
  },
  'shared/erp/sap-s4hana/client.ts': {
    'sap-books-after-the-deadline': {
      find: 'path: service + path, signal, guard });',
      replace: 'path: service + path, signal: new AbortController().signal, guard });',
      why: 'What is booked after the deadline is booked again by the next attempt.',
      foundIn: promise('sap-s4hana', 'sends nothing more of a whole order once the time of the worker is up'),
    },
  },
  'shared/erp/sap-s4hana/components.ts': {
    'issued-although-issued-before': {
      find: 'const amount = compareDecimals(rest.share, rest.open) > 0 ? rest.open : rest.share;',
      replace: 'const amount = rest.share;',
      why: 'What the warehouse has issued is taken from stock again.',
      foundIn: promise('sap-s4hana', 'issues no more than is open of a component that nobody told of'),
    },
    'lots-overfill-an-item': {
      find: '    one.open = one.open.minus(part);\n',
      why: 'Components are issued against the wrong item of the reservation.',
      foundIn: promise('sap-s4hana', 'fills one line of a component before it takes the next'),
    },
  },
  'shared/erp/sap-s4hana/confirmation.ts': {
    'reservations-cleared-too-early': {
      find: 'final && (part === 0 || !components)',
      replace: 'final',
      why: 'The components that the last confirmation issues are not reserved any more.',
      foundIn: promise('sap-s4hana', 'takes components while they are reserved for the order'),
    },
  },
  'shared/erp/sap-s4hana/look.ts': {
    'minutes-of-an-attempt-confirmed-again': {
      find: 'others.filter((one) => !findPosted(found.confirmations, one, found.erpOrder))',
      replace: 'others',
      why: 'The minutes that an attempt has left are confirmed twice.',
      foundIn: promise('sap-s4hana', 'books minutes that an attempt has left once'),
    },
  },
  'shared/erp/tryton/book.ts': {
    'output-of-others-completed': {
      find: 'plans.every(({ commands }) => commands.length === 0) && finishes === isLast',
      replace: 'plans.every(({ commands }) => commands.length === 0)',
      why: 'What somebody has planned besides comes into stock, though nobody has built it.',
      foundIn: {
        file: 'test/shared/erp/tryton/book.test.ts',
        name: 'leaves open what somebody plans after the look',
      },
    },
  },
  'shared/erp/tryton/booking/components.ts': {
    'components-of-others-count-as-ours': {
      find: 'return moves.filter(({ isForeign }) => !isForeign);',
      replace: 'return [...moves];',
      why: 'The second part of an order takes less than it has used.',
      foundIn: {
        file: 'test/shared/erp/tryton/components.test.ts',
        name: 'what another part took is not its own',
      },
    },
    'lot-that-holds-less': {
      find: 'compareDecimals(held, wanted) < 0;',
      replace: "compareDecimals(held, '0') <= 0;",
      why: 'A lot is left with less than nothing.',
      foundIn: {
        file: 'test/shared/erp/tryton/components.test.ts',
        name: 'refuses a lot of a component that holds less than was used',
      },
    },
  },
  'shared/erp/tryton/client.ts': {
    'tryton-books-after-the-deadline': {
      find: 'const session = await sessions.get({ signal, guard });',
      replace:
        'if (/[.](do|done)$/.test(method)) signal = new AbortController().signal;\n        const session = await sessions.get({ signal, guard });',
      why: 'What is booked after the deadline is booked again by the next attempt.',
      foundIn: {
        file: 'test/shared/erp/tryton/book.test.ts',
        name: 'once the time of the attempt is up, after whichever call',
      },
    },
  },
};
