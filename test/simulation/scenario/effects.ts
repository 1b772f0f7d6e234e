import { capitalized } from '../../../shared/model/text.ts';
import { type ErpName, erpModels } from '../partners/erp.ts';
import type { World } from '../world/world.ts';
import { type AccidentName, accidents } from './accidents.ts';
import type { Scenario } from './scenario.ts';
import {
  type OtherFigures,
  type Outage,
  otherFigures,
  outages,
  type remade,
  type ScenarioEvent,
  type settled,
} from './scenario-event.ts';

/** Entries of the timeline, as `<seconds> <who>: <what>`: of one there are more than without the accident, or so many. */
type Shows = readonly (RegExp | readonly [entry: RegExp, times: number])[];
/** What an accident needs to have its effect. */
export interface Given extends Partial<Scenario> {
  /** What the timeline does not show by itself is noted as `look: …`, at this minute. */
  readonly look?: Look;
}
type Look = readonly [minute: number, (world: World) => unknown];
/** What an accident, alone in a calm journey, leads to. */
export interface Effect {
  readonly accident: readonly ScenarioEvent[];
  readonly shows: Shows;
  readonly given: Given;
}
const alone: Given = {};
const effect = (
  accident: ScenarioEvent | readonly ScenarioEvent[],
  shows: Shows,
  given: Given = alone,
): Effect => ({
  accident: [accident].flat(),
  shows,
  given,
});

const posts = /erp: POST/;
const plans = /ledger: writes \S+ BOOKING#/;
/** What the ERP has soon after the first attempt to book. */
const booked: Given = {
  look: [11.5, ({ erp }) => erp.books({ number: 'MO/0001' }).bookings.length],
};

/** At the call that books; at the one that plans the booking, if AWS is to blame. */
const ofCalls: Readonly<Record<AccidentName, Shows>> = {
  'the container dies before the call': [/dies: before POST/, [posts, 1]],
  'the container dies after the call': [/dies: after POST/, [posts, 1]],
  'AWS fails': [/Retried: Internal error/, [plans, 2]],
  'AWS does it, but reports a failure': [/Retried: Internal error/, [plans, 1]],
  'the SDK asks AWS twice, because the first answer was lost': [/ledger: reads \S+ BOOKING#/, [posts, 1]],
  'SQS refuses a part of the batch': [/accept.* queues: sends/],
  'AWS is slow': [/^6(6[3-9]|[78]\d) .*logs: Booked/],
  'the container hangs until its timeout': [/^72[01] .*dies: timeout/, [posts, 1]],
  'the call never arrives': [/Retried: .*ECONNRESET/, [posts, 2]],
  'the answer is lost': [/Retried: .*ECONNRESET/, [posts, 1], [/look: 1/, 1]],
  'the call takes effect after it was given up': [/Retried: .*ECONNRESET/, [posts, 1], /look: 0/],
  'the call is never answered': [/Retried: .*no answer in time/],
  'the partner is slow': [/^6(6[3-9]|[78]\d) .*logs: Booked/],
  'the partner answers 401': [/refuses our credentials.*\(401\)/, [posts, 2]],
  'the partner answers 403': [/Retried: .*does not let us \(403\)/, [posts, 2]],
  'a proxy answers 404': [/Retried: .*no JSON \(404\)/, [posts, 2]],
  'the partner refuses it': [/Dead letter: .*This cannot be done now/, [posts, 2]],
  'Azumuta answers 200 with an error': [/Retried: .*This cannot be done now/],
  'the partner answers 429': [/Retried: .*slow down \(429\)/, [posts, 2]],
  'the partner answers 500': [/Retried: .*failed \(500\)/, [posts, 2]],
  'the partner does it, but answers 502': [/Retried: .*failed \(502\)/, [posts, 1]],
  'a proxy answers with its own page': [/Retried: .*with a web page/, [posts, 2]],
};

function ofCall(accident: AccidentName): Effect {
  const book = { stage: 'book-completion', service: 'erp', nth: 3 } as const;
  const plan = { stage: 'book-completion', service: 'ledger', nth: 8 } as const;
  const send = { stage: 'accept-product-orders', service: 'queues', nth: 1 } as const;
  const read = { stage: 'book-completion', service: 'azumuta', nth: 1 } as const;
  if (accident.startsWith('Azumuta')) return effect({ kind: 'call', ...read, accident }, ofCalls[accident]);
  const place = accident.startsWith('SQS') ? send : accident.includes('AWS') ? plan : book;
  return effect({ kind: 'call', ...place, accident }, ofCalls[accident], booked);
}

/** Each ERP has its own words of refusal. */
function refusalOf(erp: ErpName): Effect {
  const place = { kind: 'call', stage: 'book-completion', service: 'erp', nth: 3 } as const;
  const accident = 'the partner refuses it';
  return effect({ ...place, accident }, [/Dead letter: .*This cannot be done now/], { erp });
}

const ofOutages: Readonly<Record<Outage, RegExp>> = {
  'refuses connections': /ECONNREFUSED/,
  'answers 503': /failed \(503\)/,
  'answers 503 with a page': /failed \(503\)/,
  'answers 200 with a page': /something that is no JSON/,
  'answers 403': /does not let us \(403\)/,
  'answers 404 with a page': /no JSON \(404\)/,
  'refuses our credentials': /refused our credentials \(401\)/,
  'is slow': /no answer in time/,
};
const partners = { azumuta: 'Azumuta', erp: 'Sandbox ERP' } as const;
const order = { article: 'plain', quantity: 5, scrap: 0, releasedAt: 1, builtAfter: 10 } as const;
/** So many calls that a slow partner, who answers some of them in time, surely does not answer all. */
const several = { orders: [1, 2, 3].map((releasedAt) => ({ ...order, releasedAt })) };
const outagesOf = (partner: keyof typeof partners) =>
  outages.map((how) =>
    effect(
      { kind: 'outage', partner, how, at: 10, minutes: 5 },
      [new RegExp(`Retried: ${partners[partner]} .*${ofOutages[how].source}`)],
      how === 'is slow' ? several : {},
    ),
  );

const two = { orders: [order, { ...order, releasedAt: 3 }] };
/** While the partner does not know the new secret it refuses; afterwards, a container that knows the old one reads again. */
const rotationsOf = (partner: keyof typeof partners) => {
  const reads = new RegExp(`secrets: reads .*${partner === 'erp' ? 'erp-cred' : 'azumuta-api'}`);
  const rotation = { kind: 'secret is rotated', partner, at: 2, minutes: 0.5 } as const;
  return [
    effect({ ...rotation, first: 'partner' }, [reads], two),
    effect({ ...rotation, minutes: 20, first: 'Secrets Manager' }, [/Retried: .*refused our credentials/]),
  ];
};

const ofFigures: Readonly<Record<OtherFigures, Shows>> = {
  fewer: [/erp: POST .*"goodQuantity":"4"/],
  more: [/Dead letter: .*--accept 6/, /^6\d{3} .*erp: POST .*"goodQuantity":"6"/],
  mistyped: [/Dead letter: .*--accept 50/, /^6\d{3} .*erp: POST .*"goodQuantity":"5"/],
  zero: [/Dead letter: .*nothing was built/],
  'no quantity': [/look: \[null,null\]/],
  'no recording': [/look: \[\]/],
  'recorded twice': [/look: \[.*,.*,.*,.*\]/],
};
const recorded: Given = {
  look: [
    12,
    ({ azumuta }) =>
      azumuta.productOrders().flatMap(({ recordings }) => recordings.map(({ good }) => good ?? null)),
  ],
};
const pull = { via: 'pull' } as const;
const run = { kind: 'run', stage: 'pull-product-orders', nth: 1 } as const;
const at = { order: 0, at: 5 };
const refusedBooking = {
  kind: 'call',
  stage: 'book-completion',
  service: 'erp',
  nth: 3,
  accident: 'the partner refuses it',
} as const;
const changedTo3 = { kind: 'planner changes the quantity', ...at, quantity: 3 } as const;
const gaveUp = (byHand: boolean) => ({ kind: 'person gives up an order', ...at, byHand }) as const;
const settles = (concern: (typeof settled)[number]) =>
  ({ kind: 'person settles', order: 0, at: 30, concern }) as const;
const madeAgain = (after: (typeof remade)[number]) =>
  ({ kind: 'person has it made again', order: 0, at: 25, after }) as const;
/** Whose bookings the ERP has then. */
const marks = (minute: number): Look => [
  minute,
  ({ erp }) => erp.books({ number: 'MO/0001' }).bookings.map(({ mark }) => (mark ? 'ours' : 'by hand')),
];
/** What the concerns say after a person has settled them. */
const concerns: Look = [
  35,
  ({ plant }) =>
    plant.table.items().flatMap(({ sk, content }) => (String(sk).startsWith('CONCERN#') ? content : [])),
];
const cancelled = [{ kind: 'planner cancels', ...at }] as const;
const isFollowed = { kind: 'person follows the advice', at: 20 } as const;
const withDeadLetter: Given = { events: cancelled };

export const effects: readonly Effect[] = [
  // The keys of the tables are the names.
  ...(Object.keys(accidents) as AccidentName[]).map(ofCall),
  ...(Object.keys(erpModels) as ErpName[]).map(refusalOf),
  ...(['azumuta', 'erp'] as const).flatMap((partner) => [...outagesOf(partner), ...rotationsOf(partner)]),
  ...[...otherFigures, 'mistyped' as const].map((figures) =>
    effect({ kind: 'operator records other figures', order: 0, figures }, ofFigures[figures], recorded),
  ),
  ...(['orders', 'completions'] as const).map((flow) =>
    effect({ kind: 'flow is paused', flow, at: 0, minutes: 20 }, [
      new RegExp(`${capitalized(flow)} are paused`),
    ]),
  ),
  effect({ kind: 'plant is closed', at: 0, minutes: 20 }, [/(Orders|Completions) are paused/]),
  effect({ kind: 'flow is paused', flow: 'bookings', at: 0, minutes: 20 }, [
    /Bookings are paused/,
    [plans, 1],
  ]),
  effect(
    { kind: 'indexes lag', at: 0.5, minutes: 60, seconds: 1500 },
    [/Dead letter: .*does not know order/],
    {
      events: [{ kind: 'operator renames', ...at }],
    },
  ),
  effect(
    { kind: 'configuration is deployed anew', at: 2, adds: false },
    [/accept-product-orders 2: begins/],
    two,
  ),
  effect(
    { kind: 'configuration is deployed anew', at: 2, adds: true },
    [/azumuta: POST .*MO\/0002.*Colour/],
    two,
  ),
  effect({ kind: 'items expire', at: 300 }, [/look: 0/], {
    events: [{ kind: 'outage', partner: 'erp', at: 0, minutes: 9, how: 'answers 503' }],
    look: [
      301,
      ({ plant, time }) =>
        plant.table.items().filter(({ expiresAt }) => Number(expiresAt) * 1000 < time.now()).length,
    ],
  }),
  effect({ kind: 'message comes twice', queue: 'completions', nth: 1 }, [[/book-completion \d+: begins/, 2]]),
  effect({ kind: 'message comes twice', queue: 'completions', nth: 1, atOnce: true }, [
    /under way in another attempt|in the same moment/,
  ]),
  effect({ kind: 'nothing is received', queue: 'completions', at: 10, minutes: 20 }, [
    /^18\d\d book-completion \d+: begins/,
  ]),
  effect({ kind: 'delete is lost', queue: 'completions', nth: 1 }, [[/book-completion \d+: begins/, 2]]),
  effect({ kind: 'trigger', nth: 1, becomes: 'lost' }, [[/receive-webhook \d+: begins/, 0]]),
  effect({ kind: 'trigger', nth: 1, becomes: 'doubled' }, [[/receive-webhook \d+: begins/, 2]]),
  effect({ kind: 'trigger', nth: 1, becomes: 'doubled at once' }, [/^66\d book-completion 2: begins/]),
  effect({ kind: 'trigger', nth: 1, becomes: 'late' }, [/^\d{4} receive-webhook \d+: begins/]),
  effect({ ...run, becomes: 'late' }, [/^(6[6-9]\d|[7-9]\d\d|1\d{3}) pull.* begins/], pull),
  effect({ ...run, becomes: 'doubled' }, [[/^6\d\d pull.* begins/, 2]], pull),
  effect({ ...run, becomes: 'missing' }, [[/^6\d\d pull.* begins/, 0]], pull),
  // One of them meets a booking between its first read and its write: the session is over.
  effect(
    Array.from({ length: 20 }, (_, nth) => ({ kind: 'ERP restarts', at: 11.01 + nth / 1000 }) as const),
    [/erp: (POST|PATCH)/],
    { erp: 'sap-s4hana' },
  ),
  effect({ kind: 'ERP ignores a booking', at: 10 }, [
    /accepted the booking .* but shows nothing/,
    [posts, 2],
  ]),
  effect({ kind: 'ERP commits late', order: 0, minutes: 9 }, [/GET .*changedSince=2026-11-24T05:4/], pull),
  effect({ kind: 'order is locked', order: 0, at: 10, minutes: 5 }, [/Retried: .*somebody has it open/]),
  effect({ kind: 'recording is corrected afterwards', order: 0, at: 20, more: -1 }, [
    /ledger: changes ORDER#MO\/0001 CONCERN#figures-changed/,
    [posts, 1],
  ]),
  effect(
    { kind: 'step is renamed in Azumuta', order: 0 },
    [
      /Dead letter: .*no step "Good quantity" was recorded/,
      /^6\d{3} .*erp: POST .*"goodQuantity":"4"/,
      [posts, 1],
    ],
    { orders: [{ ...order, article: 'assembly' }] },
  ),
  effect(
    { kind: 'step is renamed in Azumuta', order: 0, until: 'somebody is told' },
    [/Dead letter: .*no step "Good quantity" was recorded/, /^126\d .*erp: POST .*"goodQuantity":"4"/],
    { orders: [{ ...order, article: 'assembly' }], events: [isFollowed] },
  ),
  effect(
    { kind: 'article is missing in Azumuta', order: 0 },
    [/Dead letter: Azumuta has no article GEAR-01/, [posts, 1]],
    { events: [isFollowed] },
  ),
  effect({ kind: 'ERP sends a built order again', order: 0, at: 3000 }, [/CONCERN#used-again/], {
    erp: 'sap-s4hana',
    events: [isFollowed],
  }),
  effect({ kind: 'planner renames', order: 0, at: 10.5, to: ' A 1' }, [/Dead letter: .* is \S+ A 1, not /], {
    ...pull,
    erp: 'odoo 17',
  }),
  effect({ kind: 'operators finish all parts at once', order: 0 }, [[/^66\d operator: completes/, 3]], {
    split: 'when-all-done',
    orders: [{ ...order, quantity: 3 }],
  }),
  effect({ kind: 'operator forgets to complete it', order: 0 }, [/^259860 operator: completes/]),
  effect({ kind: 'alert run' }, [/send-alerts \d+: mails .*MO\/0001/], withDeadLetter),
  effect({ kind: 'trigger of an open order', ...at }, [/^300 receive-webhook \d+: begins/]),
  effect({ kind: 'planner changes the quantity', ...at, quantity: 3 }, [
    /^300 accept.*begins .*"quantity":"3"/,
  ]),
  effect(
    { kind: 'planner changes the quantity', ...at, quantity: 3 },
    [/azumuta: POST .*"Quantity","value":3/],
    pull,
  ),
  effect({ kind: 'planner renames', ...at, to: '-new' }, [/azumuta: POST .*"number":"MO\/0001-new"/], pull),
  effect(cancelled, [/Dead letter: .*it is cancelled/]),
  effect({ kind: 'planner releases it again', order: 0, at: 6 }, [/^360 ERP: posts/], {
    erp: 'sap-s4hana',
    events: cancelled,
  }),
  effect({ kind: 'planner puts it back', ...at }, [/Dead letter: .*is not released/]),
  effect({ kind: 'planner puts it back', ...at }, [/Dead letter: .*is a draft/], { erp: 'odoo 19' }),
  effect({ kind: 'planner puts it back', ...at }, [/Dead letter: .*is not released/], { erp: 'sap-s4hana' }),
  ...(Object.keys(erpModels) as ErpName[]).map((erp) =>
    effect({ kind: 'planner deletes it', ...at }, [/Dead letter: /], { erp }),
  ),
  ...(Object.keys(erpModels) as ErpName[]).map((erp) =>
    effect({ kind: 'planner releases it again', order: 0, at: 6 }, [/^360 ERP: posts/, [/Dead letter/, 0]], {
      erp,
      events: [{ kind: 'planner deletes it', ...at }],
    }),
  ),
  effect({ kind: 'planner finishes it by hand', ...at }, [/Dead letter: .*completed by somebody else/]),
  effect({ kind: 'planner renames', ...at, to: '-new' }, [/^300 accept.*begins .*"number":"MO\/0001-new"/]),
  effect({ kind: 'planner splits', ...at }, [/^300 accept.*begins .*"quantity":"1"/], { erp: 'odoo 17' }),
  effect({ kind: 'planner touches', ...at }, [/^300 ERP: posts MO\/0001: answered 200/]),
  effect({ kind: 'article is renamed in the ERP', ...at }, [/^300 accept.*begins .*"article":"GEAR-01-B"/]),
  // The pull has not seen it yet.
  ...(['odoo 17', 'odoo 19', 'sap-s4hana'] as const).map((erp) =>
    effect({ kind: 'article is renamed in the ERP', order: 0, at: 10.5 }, [/Dead letter: .*-B/], {
      erp,
      via: 'pull',
    }),
  ),
  effect({ kind: 'planner moves the due date', ...at, days: 3 }, [
    /^300 accept.*begins .*"dueDate":"2026-11-28"/,
  ]),
  effect({ kind: 'planner moves the due date', ...at, days: -3 }, [/look: .*"dueDate":"2026-11-22"/], {
    ...pull,
    look: [11.5, ({ plant }) => plant.table.items().filter(({ pk }) => String(pk).startsWith('ERP-ORDER#'))],
  }),
  effect({ kind: 'planner shares a number', order: 1 }, [/ERP: posts MO\/0002: answered 409/], two),
  effect({ kind: 'operator renames', ...at }, [/operator: completes MO\/0001-R/]),
  effect({ kind: 'operator opens it again', order: 0, at: 15, rework: 5 }, [/erp: POST .*\/notes/]),
  effect({ kind: 'operator removes it', ...at }, [[/operator: completes/, 0]]),
  effect({ kind: 'operator types it by hand', order: 0, at: 1.0005, equal: true }, [[/azumuta: POST/, 0]]),
  effect({ kind: 'operator types it by hand', order: 0, at: 1.0005, equal: false }, [
    /Dead letter: Azumuta has a product order MO\/0001 already/,
  ]),
  effect(
    { kind: 'dead letters are sent again', at: 20, twice: false },
    [/^1200 .*sends 1 of 1 dead/],
    withDeadLetter,
  ),
  effect(
    { kind: 'dead letters are sent again', at: 20, twice: true },
    [[/^1200 administrator: sends/, 2]],
    withDeadLetter,
  ),
  effect(
    { kind: 'dead letter is discarded', at: 20, byHand: false },
    [/administrator: discards/],
    withDeadLetter,
  ),
  effect({ kind: 'dead letter is discarded', at: 20, byHand: true }, [/look: \["by hand"\]/], {
    events: [refusedBooking],
    look: marks(21),
  }),
  // It is cancelled in the ERP, so nobody books it: the person gives it up.
  effect(
    { kind: 'person follows the advice', at: 20 },
    [/administrator: follows the advice on dead letter/],
    withDeadLetter,
  ),
  effect(gaveUp(false), [[posts, 0]]),
  effect(gaveUp(true), [/look: \["by hand"\]/], { look: marks(12) }),
  effect({ kind: 'person gives up a part', order: 0, at: 5, part: 2 }, [/erp: POST .*"goodQuantity":"2"/], {
    split: 'when-all-done',
    orders: [{ ...order, quantity: 3 }],
  }),
  effect(settles('changed'), [/look: \[""\]/], {
    orders: [{ ...order, builtAfter: 60 }],
    events: [changedTo3],
    look: concerns,
  }),
  effect(settles('figures-changed'), [/look: \[""\]/], {
    events: [{ kind: 'recording is corrected afterwards', order: 0, at: 20, more: -1 }],
    look: concerns,
  }),
  effect(settles('unwanted'), [/look: 0/], {
    via: 'pull',
    orders: [{ ...order, builtAfter: 60 }],
    events: [{ kind: 'planner cancels', order: 0, at: 12 }],
    look: [35, ({ azumuta }) => azumuta.productOrders().length],
  }),
  // It is told once it is overdue.
  effect(settles('removed'), [/look: 1/], {
    events: [{ kind: 'operator removes it', ...at }],
    look: [4 * 24 * 60, ({ azumuta }) => azumuta.productOrders().length],
  }),
  effect(madeAgain('given up'), [[posts, 1]], { events: [gaveUp(false)] }),
  effect(madeAgain('removed'), [[/azumuta: POST/, 2]], { events: [{ kind: 'operator removes it', ...at }] }),
  effect(madeAgain('withdrawn'), [/look: 1/], {
    via: 'pull',
    erp: 'sap-s4hana',
    events: [
      { kind: 'outage', partner: 'azumuta', at: 0, minutes: 40, how: 'refuses connections' },
      { kind: 'planner cancels', order: 0, at: 12 },
    ],
    look: [70, ({ azumuta }) => azumuta.productOrders().length],
  }),
];
