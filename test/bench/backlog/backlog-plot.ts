import type { BacklogRun } from './run-backlog.ts';

const width = 860;
const panel = { left: 70, right: 30, height: 130, gap: 46, top: 34 };
const height = panel.top + 3 * (panel.height + panel.gap);
const grey = 'fill="#888888"';
/** Distinguishable for colour-blind readers, on white and on black. */
const colours = { waiting: '#0072b2', calls: '#d55e00', fresh: '#009e73' };

interface Panel {
  readonly title: string;
  readonly colour: string;
  /** The largest value on the axis. */
  readonly most: number;
  readonly steps: readonly number[];
  /** The limit of the values, and its name. */
  readonly limit?: { readonly value: number; readonly name: string };
  /** By minutes since the ERP came back. */
  readonly points: readonly (readonly [minute: number, value: number])[];
  readonly drawnAs: 'line' | 'dots';
}

/**
 * An SVG of the waiting bookings, the calls to the ERP and the waits of new completions while a backlog is processed.
 */
export function backlogPlot(
  run: BacklogRun,
  { perSecond, aloneMs }: { readonly perSecond: number; readonly aloneMs: number },
): string {
  const { minutes } = run;
  const seen = run.fresh.filter(({ at }) => at >= run.availableAt);
  const maxSeconds = Math.max(
    4,
    Math.ceil(Math.max(2 * aloneMs, ...seen.map(({ waitMs }) => waitMs)) / 2000) * 2,
  );
  const maxWaiting = Math.max(1, ...minutes.map(({ waiting }) => waiting));
  const panels: readonly Panel[] = [
    {
      ...{ title: 'waiting bookings', colour: colours.waiting, drawnAs: 'line' },
      ...{ most: maxWaiting, steps: [0, maxWaiting / 2, maxWaiting].map(Math.round) },
      points: minutes.map(({ waiting }, at) => [at + 1, waiting]),
    },
    {
      ...{ title: 'calls per second, in each minute', colour: colours.calls, drawnAs: 'line' },
      ...{ most: perSecond * 1.2, steps: [0, perSecond] },
      limit: { value: perSecond, name: 'limit of the ERP' },
      points: minutes.map(({ calls }, at) => [at + 1, calls / 60]),
    },
    {
      ...{
        title: 'new completions: seconds from trigger to booking',
        colour: colours.fresh,
        drawnAs: 'dots',
      },
      ...{ most: maxSeconds, steps: [0, maxSeconds / 2, maxSeconds] },
      limit: { value: (2 * aloneMs) / 1000, name: 'twice the time without a backlog (p95)' },
      points: seen.map(({ at, waitMs }) => [at / 60_000, waitMs / 1000]),
    },
  ];
  const hours = minutes.length / 60;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    '<title>A backlog is processed within the limit of the ERP, and new completions do not wait for it</title>',
    ...panels.flatMap((each, at) => drawn(each, panel.top + at * (panel.height + panel.gap), minutes.length)),
    `<text x="${width / 2}" y="${height - 8}" text-anchor="middle" ${grey}>hours since the ERP came back (${hours.toFixed(1)})</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function drawn(
  { title, colour, most, steps, limit, points, drawnAs }: Panel,
  top: number,
  minutes: number,
): string[] {
  const bottom = top + panel.height;
  const right = width - panel.right;
  const x = (minute: number) => (panel.left + (minute / minutes) * (right - panel.left)).toFixed(1);
  const y = (value: number) => (bottom - (Math.min(value, most) / most) * panel.height).toFixed(1);
  const across = (value: number, more: string) =>
    `<line x1="${panel.left}" x2="${right}" y1="${y(value)}" y2="${y(value)}" stroke="#888888" ${more}/>`;
  const everyHours = Math.max(1, Math.ceil(minutes / 60 / 10));
  const hours = Array.from({ length: Math.floor(minutes / 60 / everyHours) + 1 }, (_, at) => at * everyHours);
  return [
    `<text x="${panel.left}" y="${top - 8}" fill="${colour}">${title}</text>`,
    ...steps.flatMap((step) => [
      across(step, 'stroke-opacity="0.2"'),
      `<text x="${panel.left - 8}" y="${Number(y(step)) + 4}" text-anchor="end" ${grey}>${step.toLocaleString('en')}</text>`,
    ]),
    ...hours.map(
      (hour) => `<text x="${x(hour * 60)}" y="${bottom + 16}" text-anchor="middle" ${grey}>${hour}</text>`,
    ),
    ...(limit
      ? [
          across(limit.value, 'stroke-dasharray="6 4"'),
          `<text x="${right}" y="${Number(y(limit.value)) - 5}" text-anchor="end" ${grey}>${limit.name}</text>`,
        ]
      : []),
    drawnAs === 'line'
      ? `<polyline points="${points.map(([minute, value]) => `${x(minute)},${y(value)}`).join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`
      : points
          .map(([minute, value]) => `<circle cx="${x(minute)}" cy="${y(value)}" r="1.5" fill="${colour}"/>`)
          .join(''),
  ];
}
