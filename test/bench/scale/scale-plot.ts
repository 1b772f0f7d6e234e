import { fullAt, limits } from './scale-model.ts';

const width = 860;
const height = 430;
const frame = { left: 70, right: 270, top: 24, bottom: 56 };
const plants = { from: 1, to: 10_000 };
const used = { from: 0.0001, to: 100 };
/** Distinguishable for colour-blind readers, on white and on black. */
const colours = [
  '#8a8a8a',
  '#b08d57',
  '#7f9f7f',
  '#d55e00',
  '#0072b2',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
];

const x = (count: number) =>
  frame.left +
  (Math.log10(count / plants.from) / Math.log10(plants.to / plants.from)) *
    (width - frame.left - frame.right);
const y = (part: number) => {
  const bounded = Math.min(used.to, Math.max(used.from, part));
  const height01 = Math.log10(bounded / used.from) / Math.log10(used.to / used.from);
  return height - frame.bottom - height01 * (height - frame.top - frame.bottom);
};
const at = (value: number) => value.toFixed(1);

/** An SVG of how much of each limit is used at the change of shifts, from one plant to ten thousand in one account. */
export function scalePlot(): string {
  const grey = 'fill="#888888"';
  const decades = (from: number, to: number) =>
    Array.from({ length: Math.round(Math.log10(to / from)) + 1 }, (_, step) => from * 10 ** step);
  const vertical = decades(plants.from, plants.to).map(
    (count) =>
      `<line x1="${at(x(count))}" x2="${at(x(count))}" y1="${frame.top}" y2="${height - frame.bottom}" stroke="#888888" stroke-opacity="0.2"/>` +
      `<text x="${at(x(count))}" y="${height - frame.bottom + 20}" text-anchor="middle" ${grey}>${count.toLocaleString('en')}</text>`,
  );
  const horizontal = decades(used.from, used.to).map(
    (part) =>
      `<line x1="${frame.left}" x2="${width - frame.right}" y1="${at(y(part))}" y2="${at(y(part))}" stroke="#888888" stroke-opacity="${part === 1 ? 1 : 0.2}"${part === 1 ? ' stroke-dasharray="6 4"' : ''}/>` +
      `<text x="${frame.left - 8}" y="${at(y(part) + 4)}" text-anchor="end" ${grey}>${(part * 100).toLocaleString('en')} %</text>`,
  );
  const sorted = limits
    .map((limit, index) => ({ limit, colour: colours[index] ?? '#888888', end: y(limit.used(plants.to)) }))
    .sort((a, b) => a.end - b.end);
  let labelY = Number.NEGATIVE_INFINITY;
  const lines = sorted.map(({ limit, colour, end }) => {
    const points = [plants.from, plants.to].map((count) => pointTo(limit.used, count));
    labelY = Math.max(labelY + 17, end + 4);
    const full = fullAt(limit);
    const dot =
      full !== undefined && full < plants.to
        ? `<circle cx="${at(x(full))}" cy="${at(y(1))}" r="3.5" fill="${colour}"/>`
        : '';
    const fullText = full === undefined ? '' : `, full at ${full.toLocaleString('en')}`;
    return (
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dot}` +
      `<text x="${width - frame.right + 10}" y="${at(labelY)}" fill="${colour}">${limit.name}${fullText}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    '<title>How full each limit is when all plants change shifts at the same time</title>',
    ...vertical,
    ...horizontal,
    ...lines,
    `<text x="${at((frame.left + width - frame.right) / 2)}" y="${height - 14}" text-anchor="middle" ${grey}>plants in one account and region</text>`,
    `<text x="${frame.left - 8}" y="14" text-anchor="end" ${grey}>used</text>`,
    '</svg>',
    '',
  ].join('\n');
}

/** One end of a line that is straight on both logarithmic axes, moved along it into the plot. */
function pointTo(usedAt: (plants: number) => number, count: number): string {
  const share = usedAt(count);
  const shown = Math.min(used.to, Math.max(used.from, share));
  // A line that does not grow with the plants is inside the plot already.
  const seenAt = usedAt(1) === usedAt(2) ? count : (count * shown) / share;
  return `${at(x(seenAt))},${at(y(shown))}`;
}
