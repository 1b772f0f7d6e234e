import { counted } from '../model/text.ts';
import { localTime } from '../model/time.ts';
import { shellWord } from '../platform/shell-word.ts';
import { groupOf } from '../situation/read.ts';
import type { Alert } from './alert.ts';
import { plantOf } from './compose.ts';
import type { AlertDependencies } from './dependencies.ts';

/** Titles that the summary names. */
const maxNamed = 10;

/** One message for all that a channel has missed: what is open of it, by the last message about each group. */
export function sumUp(
  missed: readonly [Alert, ...Alert[]],
  now: Date,
  { stack, timeZone, linkTo }: AlertDependencies,
): Alert {
  const [first] = missed;
  const last = missed.at(-1) ?? first;
  const byGroup = Map.groupBy(missed, ({ partner = 'erp', ...of }) => groupOf({ ...of, partner }));
  const latest = [...byGroup.values()].flatMap((alerts) => alerts.at(-1) ?? []);
  const open = latest.filter(({ event }) => event !== 'over');
  const named = open.slice(0, maxNamed).map(({ title }) => title.slice(plantOf(stack).length + 2));
  const more = open.length > maxNamed ? ` And ${open.length - maxNamed} more.` : '';
  const over = latest.length - open.length;
  const [from, to] = [first, last].map(({ at }) => localTime(new Date(at), timeZone).slice(0, -3));
  return {
    ...{ v: 1, id: `${first.id}-${last.id}`, stack, at: now.toISOString() },
    ...{ event: 'missed', kind: 'missed', since: first.at, count: missed.length, troubles: [] },
    title: `${plantOf(stack)}: ${counted(missed.length, 'message')} could not be delivered here from ${from} to ${to}`,
    summary: [
      named.length === 0 ? 'Nothing of it is open.' : `Open of it: ${named.join(' · ')}.${more}`,
      ...(over > 0 ? [`Over: ${over}.`] : []),
    ].join(' '),
    command: `npm run alert -- --stack ${shellWord(stack)}`,
    link: linkTo?.({ page: 'today' }),
  };
}
