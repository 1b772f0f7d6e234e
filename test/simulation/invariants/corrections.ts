import type { BuiltProductOrder } from '../partners/azumuta.ts';
import type { ReleasedOrder } from '../scenario/released-order.ts';
import type { World } from '../world/world.ts';
import { type Find, isOpenConcern } from './finding.ts';

/**
 * The product order as it was when it was booked: nothing is booked again because a recording was corrected, and what was
 * added later is known by its trigger, or by what was read for the booking.
 */
export function asBooked(
  one: BuiltProductOrder,
  { corrected, later }: ReleasedOrder,
  { plant, wasTriggerAccepted }: Pick<World, 'plant' | 'wasTriggerAccepted'>,
): BuiltProductOrder {
  const read = new Set(plant.table.items().flatMap(({ recordingIds }) => recordingIds ?? []));
  const known = one.recordings.filter(({ id }) => !later.has(id) || wasTriggerAccepted(id) || read.has(id));
  const earlier = known.filter(({ id }) => !later.has(id));
  // What is added to one that was corrected is compared with that, and people were told what was corrected.
  const isCorrected = earlier.some(({ id }) => corrected.has(id));
  // Of an assembly, scrap is recorded with its reason, and the mapping adds that up.
  const addsScrapUp = known.some(({ reason }) => reason !== undefined);
  /** Of a figure that was recorded several times, the mapping takes the last. */
  const countedFor = (figure: 'good' | 'scrap') => {
    if (isCorrected) return earlier;
    if (figure === 'scrap' && addsScrapUp) return known;
    const added = known.filter((recording) => later.has(recording.id) && recording[figure] !== undefined);
    return added.length > 0 ? added.slice(-1) : known;
  };
  const [goodIn, scrapIn] = [countedFor('good'), countedFor('scrap')];
  const recordings = known.map((recording) => {
    const { booked = recording.good } = corrected.get(recording.id) ?? {};
    return {
      ...recording,
      good: goodIn.includes(recording) ? booked : undefined,
      scrap: scrapIn.includes(recording) ? recording.scrap : undefined,
    };
  });
  return { ...one, recordings };
}

/** Checks that a person is told both figures while they differ, and not any more once they are equal again. */
export function judgeCorrections(
  { plant, wasTriggerAccepted }: World,
  { corrected, reworked, changes }: ReleasedOrder,
  made: readonly BuiltProductOrder[],
  find: Find,
): void {
  // An answer about what was recorded later may have ended the trigger's hint.
  if (reworked.length > 0 || changes.includes('dead letter is discarded')) return;
  for (const { number, recordings } of made)
    for (const { id, good } of recordings) {
      const correction = corrected.get(id);
      if (!correction || !wasTriggerAccepted(id, correction.at)) continue;
      const pk = `ORDER#${number.replace(/(?:-R)+$/, '')}`;
      const kept = plant.table
        .items()
        .filter((item) => item.pk === pk && item.sk === 'CONCERN#figures-changed');
      const concern = kept.find(isOpenConcern);
      const settledBefore = kept.flatMap((item) => (Array.isArray(item.settled) ? item.settled : []));
      // The ERP has since then what a person has settled.
      const [, settled] = goodIn(settledBefore[0]);
      const isAsInErp = String(good) === (settled ?? String(correction.booked));
      if (isAsInErp && concern)
        find('concerns', `${number} is booked as Azumuta shows it, and ${String(concern.content)} is told.`);
      const told = goodIn(concern?.content);
      const figures = [correction.booked, good].map(String);
      if (!isAsInErp && !figures.every((figure) => told.includes(figure)))
        find(
          'reported',
          `${number} is booked as ${figures.join(', Azumuta shows ')}, and nothing tells both.`,
        );
    }
}

/** The good quantities that a text names. */
function goodIn(text: unknown): readonly (string | undefined)[] {
  return [...String(text).matchAll(/(\d+)(?: \S+)? good/g)].map(([, figure]) => figure);
}
