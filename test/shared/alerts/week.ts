import type { Cause } from '../../../shared/model/causes.ts';
import type { Partner } from '../../../shared/model/partner.ts';
import type { TroubleGroup, TroubleKind } from '../../../shared/situation/read.ts';
import { minutesADay, type Thing } from './followed.ts';

/** Draws a whole number from the first to the last. */
export type Draw = (first: number, last: number) => number;
type Spell = readonly [from: number, to: number];

const days = 7;
const hour = 60;
const group = (kind: TroubleKind, partner: Partner = 'erp', cause?: Cause): TroubleGroup => ({
  kind,
  partner,
  cause,
});

/** One to three whole days of the week. */
function spell(draw: Draw): Spell {
  const lasting = draw(1, 3) * minutesADay;
  const from = draw(0, days * minutesADay - lasting);
  return [from, from + lasting];
}

/** Open for so many minutes, then closed for so many, until the end. */
function comingAndGoing([from, to]: Spell, open: number, closed: number): Spell[] {
  const spells: Spell[] = [];
  for (let at = from; at < to; at += open + closed) spells.push([at, Math.min(at + open, to)]);
  return spells;
}

const times = (count: number) => Array.from({ length: count }, (_, at) => at);

/** Things that happen once each, at any minute, and are put right after some hours. */
function singles(draw: Draw, name: string, of: TroubleGroup, [least, most]: Spell, hours: Spell): Thing[] {
  return times(draw(least, most)).map((at) => {
    const from = draw(0, days * minutesADay);
    return {
      name: `${name} ${at}`,
      group: of,
      open: [[from, from + draw(hours[0] * hour, hours[1] * hour)]],
    };
  });
}

/** The ERP refuses each booking for some hours, and somebody replays all of them now and then, in vain but for the last time. */
function closedPeriod(draw: Draw): Thing[] {
  const from = draw(0, (days - 1) * minutesADay);
  const end = from + draw(6, 24) * hour;
  const replays: number[] = [];
  for (let at = from + draw(20, 120); at < end; at += draw(20, 120)) replays.push(at);
  replays.push(end);
  const things: Thing[] = [];
  for (let booked = from; booked < end; booked += draw(10, 40)) {
    const tries = [booked, ...replays.filter((at) => at > booked && at < end).map((at) => at + 4)];
    const open = tries.map((at): Spell => [at, replays.find((replay) => replay > at) ?? end]);
    things.push({ name: `booking ${booked}`, group: group('dead-letter', 'erp', 'refused-by-erp'), open });
  }
  return things;
}

/** Orders become overdue at the end of a day, and are completed in the course of the next ones. */
function overdueOrders(draw: Draw): Thing[] {
  return times(days).flatMap((day) =>
    times(draw(0, 6)).map((at): Thing => {
      const from = day * minutesADay;
      return {
        name: `overdue ${day} ${at}`,
        group: group('overdue', 'azumuta'),
        open: [[from, from + draw(2, 40) * hour]],
      };
    }),
  );
}

/**
 * A week of a plant with trouble. Everyday trouble happens once and is put right within hours. One to three days long each,
 * the ERP's planner changes an order to and fro, the ERP comes and goes, and so does a channel of the alerts.
 */
export function drawWeek(draw: Draw): Readonly<Record<string, readonly Thing[]>> {
  const [down, up] = [draw(8, 90), draw(8, 90)];
  return {
    'unknown articles': singles(
      draw,
      'article',
      group('dead-letter', 'azumuta', 'unknown-article'),
      [4, 10],
      [1, 30],
    ),
    'recorded wrongly': singles(
      draw,
      'figure',
      group('dead-letter', 'erp', 'quantity-or-lots'),
      [2, 6],
      [1, 20],
    ),
    'removed in Azumuta': singles(draw, 'removed', group('removed', 'azumuta'), [1, 3], [1, 40]),
    'not wanted any more': singles(draw, 'unwanted', group('unwanted', 'erp'), [1, 4], [1, 40]),
    'locked in the ERP': singles(draw, 'locked', group('waiting', 'erp'), [3, 10], [1, 2]),
    'single outages': (['azumuta', 'erp'] as const).flatMap((partner) =>
      singles(draw, `outage of ${partner}`, group('partner-down', partner), [1, 3], [1, 3]),
    ),
    overdue: overdueOrders(draw),
    'a closed period': closedPeriod(draw),
    'an order that changes to and fro': [
      {
        name: 'flipping',
        group: group('changed', 'azumuta', 'conflict'),
        open: comingAndGoing(spell(draw), draw(10, 40), draw(10, 40)),
      },
    ],
    'a partner that comes and goes': [
      { name: 'flapping', group: group('partner-down'), open: comingAndGoing(spell(draw), down, up) },
    ],
    'a channel that comes and goes': [
      {
        name: 'slack',
        group: group('channel-down', 'azumuta'),
        open: comingAndGoing(spell(draw), draw(62, 150), draw(10, 90)),
      },
    ],
  };
}
