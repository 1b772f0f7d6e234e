import type { ErpOrderRef } from '../../../shared/model/orders.ts';
import { type Dialect, inDialect, triggerIn } from '../../support/dialects/dialect.ts';
import type { Answer, Received } from '../../support/server.ts';
import { createAlertWatch, createWatch } from '../invariants/watch.ts';
import { type AzumutaModel, type BuiltProductOrder, createAzumutaModel } from '../partners/azumuta.ts';
import { type ErpModel, erpModels } from '../partners/erp.ts';
import { drawnFates } from '../scenario/fates.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Outage, ScenarioEvent } from '../scenario/scenario-event.ts';
import { type Announced, announcedBy, triggerOfBatch } from './batch-triggers.ts';
import { createChance } from './chance.ts';
import { integrationOf, sourceParameter } from './integration.ts';
import { minuteMs, momentsOf } from './moments.ts';
import { broken } from './network.ts';
import { createPlant, type Plant, secretsOf } from './plant.ts';
import type { PartnerModel, PartnerName } from './process.ts';
import { createTimeline } from './timeline.ts';
import { createTriggerSender } from './triggers.ts';
import { createVirtualTime } from './virtual-time.ts';

export type World = ReturnType<typeof createWorld>;

/** An outage, and the event to report once a call meets it. */
interface PartnerOutage {
  readonly how: Outage;
  readonly by: ScenarioEvent;
}

/** Usually the indexes follow their table within this time. */
const usualLagMs = 300;

/**
 * Everything in one run: the deployed functions, the services that they use, and both partners.
 * @param isRead Whether the timeline is recorded.
 * @param dialect The API dialect of Azumuta. Default: the default contract.
 * @param maxSteps After so many, a run fails. Default: more than a scenario needs.
 */
export function createWorld(scenario: Scenario, isRead: boolean, dialect?: Dialect, maxSteps?: number) {
  const chance = createChance(scenario.seed ^ 0x5bd1e995);
  const { beginning, dueDate } = momentsOf(scenario);
  const time = createVirtualTime(beginning, maxSteps);
  const timeline = createTimeline(isRead, time.now);
  const now = () => new Date(time.now());
  let behindMs = 0;
  const erp = erpModels[scenario.erp]({ now: () => new Date(time.now() - behindMs), newId: chance.id });
  /** The scenario's events that did happen: an accident at a hundredth call may never come. */
  const happened = new Set<ScenarioEvent>();
  const happens = (event: ScenarioEvent) => void happened.add(event);
  /** Errors that no function should throw, each once. */
  const unexpected = new Set<string>();
  const announced: Announced[] = [];
  const triggers = createTriggerSender(scenario.events, {
    time,
    chance,
    timeline,
    happens,
    plant: () => plant,
    ofBatch: (body) => (scenario.batch ? triggerOfBatch(body, scenario.batch, azumuta) : body),
    accepts: (body) => announced.push(...announcedBy(body, time.now(), azumuta)),
    spoken: (body) => (dialect ? triggerIn(dialect, body) : body),
  });
  const azumuta: AzumutaModel = createAzumutaModel({
    now,
    newId: dialect?.newId ?? chance.id,
    articles: Object.values(erp.articles),
    missing: missingArticles(scenario, erp),
    assembly: erp.assembly,
    sendTrigger: triggers.send,
  });
  const secrets = secretsOf(azumuta, erp);
  const outages = new Map<PartnerName, PartnerOutage>();
  const models = {
    azumuta: dialect ? inDialect(dialect, azumuta.answer) : azumuta.answer,
    // A test may replace it.
    erp: (call: Received) => erp.answer(call),
  };
  let lagSeconds = 0;
  const shared = new Map<string, string>();
  const fates = drawnFates(scenario, chance.fork(), happens);
  const twice = placesOf(
    scenario.events.filter((one) => one.kind === 'message comes twice'),
    happens,
  );
  const lost = placesOf(
    scenario.events.filter((one) => one.kind === 'delete is lost'),
    happens,
  );
  const watch = createWatch({
    now: time.now,
    table: () => plant.table,
    isCalm: () => ![...happened].some(({ kind }) => /^(call|outage|secret|ERP)/.test(kind)),
    limit: scenario,
    inAzumuta: () => new Set(azumuta.productOrders().map(({ id }) => id)),
    bookAt: scenario.bookAt,
  });
  const alerts = createAlertWatch(() => plant.table.items());
  const configured = (adds: boolean) => integrationOf(scenario, erp, shared, dialect?.contract, adds);
  const integration = configured(false);
  let addsParameter = false;
  const plant: Plant = createPlant({
    time,
    chance,
    timeline,
    unexpected: (sentence) => unexpected.add(sentence),
    integration,
    fateOf(stage, service, what) {
      const fate = fates.of(stage, service, what);
      const outage = service === 'azumuta' || service === 'erp' ? outages.get(service) : undefined;
      if (outage?.how !== 'is slow') return fate;
      happens(outage.by);
      return { ...fate, slowMs: chance.between(2_000, 20_000) };
    },
    indexLagMs: () => chance.between(0, usualLagMs) + lagSeconds * 1000,
    comesTwice(queue, nth) {
      const found = twice(queue, nth);
      // Most functions work longer than this.
      return found ? (found.atOnce ? 300 : 5 * minuteMs) : false;
    },
    isDeleteLost: (queue, nth) => lost(queue, nth) !== undefined,
    secrets,
    watch,
    mailed: () => alerts.mailed(),
    partner: (name) => (call) => {
      const outage = outages.get(name);
      if (outage) happens(outage.by);
      return answered(models[name], outage?.how, call);
    },
  });

  return {
    scenario,
    beginning,
    dueDate,
    integration,
    time,
    chance,
    timeline,
    erp,
    azumuta,
    plant,
    watch,
    alerts,
    happened,
    happens,
    unexpected,
    /** Whether the ledger has the id of a product order. */
    isKnown: ({ id }: BuiltProductOrder) =>
      plant.table.items().some(({ azumutaId, sk }) => sk === 'ORDER' && azumutaId === id),
    /** What triggers of batch orders have announced as completed, once the endpoint accepted them. */
    announced,
    /** Whether the webhook endpoint accepted a trigger that names this recording, at or after this time. */
    wasTriggerAccepted: (id: string, since = 0) =>
      [...triggers.accepted].some(([body, at]) => at >= since && body.includes(JSON.stringify(id))),
    /** The product orders of an ERP order, oldest first, by a parameter that the code under test never reads. */
    madeFor: ({ id, number }: ErpOrderRef) =>
      azumuta.productOrders().filter(({ parameters }) => parameters[sourceParameter] === (id ?? number)),
    /** Begins an outage of a partner; undefined ends it. */
    setOutage(partner: PartnerName, outage: PartnerOutage | undefined) {
      if (outage) outages.set(partner, outage);
      else outages.delete(partner);
    },
    /** Additional lag of the indexes from now on, in seconds. */
    setIndexLag(seconds: number) {
      lagSeconds = seconds;
    },
    /** Does something in an ERP transaction that began some minutes ago, so what it writes has that older time stamp. */
    written<T>(minutesAgo: number, act: () => T): T {
      behindMs = minutesAgo * minuteMs;
      const done = act();
      behindMs = 0;
      return done;
    },
    /**
     * An administrator rotates a secret. From now on the partner refuses the old one; Secrets Manager has the new one
     * once the returned function is called.
     */
    rotate(partner: PartnerName) {
      if (partner === 'azumuta') azumuta.rotate();
      else erp.rotate();
      // The secret may have been rotated again by then.
      return () =>
        partner === 'azumuta'
          ? plant.secrets.set('azumuta-api-key', JSON.stringify({ apiKey: azumuta.apiKey }))
          : plant.secrets.set('erp-credentials', JSON.stringify(erp.credentials));
    },
    /** From now on this ERP order is mapped to that product order number, also where it is renamed or split. */
    mapTo: ({ id, number }: ErpOrderRef, productOrderNumber: string) =>
      void shared.set(id ?? number, productOrderNumber),
    /** Deploys the configuration anew; `adds`: from now on its mapping sends a further parameter along. */
    deploy(adds: boolean) {
      addsParameter ||= adds;
      plant.deploy(configured(addsParameter));
    },
    /** Ends all containers and their pending calls. */
    close: plant.close,
  };
}

/** By their names in Azumuta. */
function missingArticles({ events, orders }: Scenario, { articles, assembly }: ErpModel): readonly string[] {
  return events.flatMap((event) => {
    if (event.kind !== 'article is missing in Azumuta') return [];
    const { article = 'plain' } = orders[event.order] ?? {};
    return (article === 'assembly' ? assembly?.article : articles[article]) ?? [];
  });
}

const page = { 'content-type': 'text/html' };
/** What a partner answers during an outage; in the outages that are not listed, calls throw or are answered later. */
const outageAnswers: Readonly<Partial<Record<Outage, Answer>>> = {
  'answers 503': { status: 503 },
  'answers 503 with a page': { status: 503, headers: page, body: '<h1>Service Unavailable</h1>' },
  'answers 200 with a page': { headers: page, body: '<h1>Maintenance</h1>' },
  'answers 403': { status: 403 },
  'answers 404 with a page': { status: 404, headers: page, body: '<h1>Not Found</h1>' },
  'refuses our credentials': { status: 401 },
};

function answered(
  model: PartnerModel,
  outage: Outage | undefined,
  call: Parameters<PartnerModel>[0],
): Answer {
  if (outage === 'refuses connections') throw broken('ECONNREFUSED');
  return (outage && outageAnswers[outage]) ?? model(call);
}

/** Finds the messages or batches of a queue to which an event of this kind happens. */
function placesOf<Event extends ScenarioEvent & { readonly queue: string; readonly nth: number }>(
  events: readonly Event[],
  happens: (event: ScenarioEvent) => void,
) {
  return (queue: string, nth: number): Event | undefined => {
    const found = events.find((one) => one.queue === queue && one.nth === nth);
    if (found) happens(found);
    return found;
  };
}
