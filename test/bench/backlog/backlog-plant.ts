import { defineIntegration, recorded } from '../../../shared/integration/index.ts';
import type { Watch } from '../../simulation/invariants/watch.ts';
import { createAzumutaModel } from '../../simulation/partners/azumuta.ts';
import { erpModels } from '../../simulation/partners/erp.ts';
import { createChance } from '../../simulation/world/chance.ts';
import { goesWell } from '../../simulation/world/fate.ts';
import { beginning } from '../../simulation/world/moments.ts';
import { urlOf } from '../../simulation/world/network.ts';
import { createPlant, secretsOf } from '../../simulation/world/plant.ts';
import { createTimeline } from '../../simulation/world/timeline.ts';
import { createTriggerSender } from '../../simulation/world/triggers.ts';
import { createVirtualTime } from '../../simulation/world/virtual-time.ts';
import { limitErp } from './limited-erp.ts';

/** More steps than a run could need in years of virtual time. */
const maxSteps = 1e9;

/**
 * No watch, because only the ERP's own figures count here, and checking every lock in each call costs a third of the
 * time.
 */
const noWatch: Watch = {
  ...{ begins() {}, ends() {}, leaves() {}, gives() {} },
  sentTwice: new Set(),
  calls: { azumuta: [], erp: [] },
  findings: () => [],
};

export type BacklogPlant = ReturnType<typeof createBacklogPlant>;

/**
 * The deployed functions in virtual time, with an Azumuta and an ERP that accepts a limited number of calls a second.
 */
export function createBacklogPlant(perSecond: number) {
  const chance = createChance(1);
  const time = createVirtualTime(beginning, maxSteps);
  const timeline = createTimeline(false, time.now);
  const now = () => new Date(time.now());
  const model = erpModels.rest({ now, newId: chance.id });
  const erp = limitErp(model, perSecond, time.now);
  const triggers = createTriggerSender([], {
    ...{ time, chance, timeline },
    plant: () => plant,
    happens: () => undefined,
  });
  const azumuta = createAzumutaModel({
    now,
    newId: chance.id,
    articles: Object.values(model.articles),
    sendTrigger: triggers.send,
  });
  const unexpected: string[] = [];
  const plant = createPlant({
    ...{ time, chance, timeline },
    unexpected: (sentence) => unexpected.push(sentence),
    integration: defineIntegration({
      plant: 'backlog',
      timeZone: 'Europe/Brussels',
      azumuta: { baseUrl: `${urlOf('azumuta')}/api/v1` },
      erp: model.definition(urlOf('erp'), { perSecond }),
      completions: { quantity: (completed) => recorded(completed, 'Good quantity') },
    }),
    fateOf: () => goesWell,
    indexLagMs: () => chance.between(0, 300),
    comesTwice: () => false,
    isDeleteLost: () => false,
    partner: (name) => (name === 'erp' ? erp.answer : azumuta.answer),
    secrets: secretsOf(azumuta, model),
    watch: noWatch,
  });

  return {
    time,
    erp,
    plant,
    unexpected,
    /** An operator completes a product order now, and Azumuta sends its trigger. */
    complete(): string {
      const { number } = model.plan({ article: 'plain', quantity: '1' });
      azumuta.typeByHand(number, model.articles.plain, { Quantity: 1 });
      azumuta.complete(number);
      return number;
    },
    close: plant.close,
  };
}
