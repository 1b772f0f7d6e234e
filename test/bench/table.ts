import { billRows } from './cost/bill-rows.ts';
import type { Figures, Row } from './peers/figures.ts';
import { type Fault, faults, type Losses, type Round } from './peers/rounds.ts';
import { median, sum } from './statistics.ts';

const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} KB`;
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
const times = (a: number, b: number) => `${(a / b).toFixed(2)} ×`;
const missing = 'not on this machine (no /proc)';

/** The number of calls that the sample configuration's connector needs: two look-ups, the booking, its proof. */
const erpMinimum = 4;

const faultNames: Readonly<Record<Fault, string>> = {
  kill: '`kill -9` of every process between a booking and its answer',
  outage: 'an outage of the ERP for 3 s',
  both: 'the kill during the outage',
};

/** The rows of the table, in the order of the flows. */
export function rowsOf(figures: Figures): Row[] {
  return [
    ...importRows(figures),
    ...sizeRows(figures),
    ...completionRows(figures),
    ...waitRows(figures),
    ...accidentRows(figures),
    ...callRows(figures),
    ...billRows(figures),
  ];
}

function importRows({ imports }: Figures): Row[] {
  const stock = imports?.find(({ name }) => name === 'stock SQS client');
  const empty = imports?.find(({ name }) => name === 'empty handler');
  if (!imports || !stock || !empty) return [];
  return imports
    .filter((each) => each !== stock && each !== empty)
    .map((each) => ({
      figure: `import of ${each.name}`,
      measured: `${ms(each.ms)} (${times(each.ms, stock.ms)})`,
      against: `stock SQS client ${ms(stock.ms)}, empty handler ${ms(empty.ms)}`,
      ...(each.name === 'receive-webhook'
        ? { wanted: '≤ 0.5 ×', reached: each.ms <= 0.5 * stock.ms }
        : { wanted: '–' }),
    }));
}

function sizeRows({ bundles = [] }: Figures): Row[] {
  return bundles.map(({ name, bytes, packages }) => {
    const most = name === 'receive-webhook' ? 230_000 : 450_000;
    const shares = [...packages]
      .slice(0, 4)
      .map(([part, share]) => `${part} ${Math.round((share / bytes) * 100)} %`);
    return {
      figure: `bytes of ${name}`,
      measured: kilobytes(bytes),
      against: shares.join(', '),
      wanted: `≤ ${kilobytes(most)}`,
      reached: bytes <= most,
    };
  });
}

/** Our figure, and its ratio to the peer's; each of the two may be missing. */
const compared = (text: string, own: number | undefined, peer: number | undefined) =>
  own === undefined ? missing : `${text}${peer ? ` (${times(own, peer)})` : ''}`;

/** Memory of the function with the same name, or of the largest one if the peer has none of that name. */
function memoryOf(name: string, rounds: readonly Round[] = []): number {
  const memory = rounds.at(-1)?.memory ?? {};
  return memory[name] ?? Math.max(...Object.values(memory));
}

function completionRows({ completions: [own, peer] = [] }: Figures): Row[] {
  if (!own) return [];
  const against = (figure: (rounds: readonly Round[]) => string) =>
    peer ? `${peer.name} ${figure(peer.rounds)}` : '–';
  const cpuOf = (rounds: readonly Round[] = []) =>
    rounds.some(({ cpuMs }) => cpuMs === undefined)
      ? undefined
      : median(rounds.map(({ cpuMs = 0, completions }) => cpuMs / completions));
  const rateOf = (rounds: readonly Round[]) => median(rounds.map(({ perSecond }) => perSecond));
  const [cpu, peerCpu] = [cpuOf(own.rounds), peer && cpuOf(peer.rounds)];
  const [rate, peerRate] = [rateOf(own.rounds), peer && rateOf(peer.rounds)];
  const completions = sum(own.rounds.map((round) => round.completions));
  const callsOf = (kind: RegExp) =>
    sum(
      own.rounds.flatMap(({ calls }) =>
        Object.entries(calls).map(([name, count]) => (kind.test(name) ? count : 0)),
      ),
    ) / completions;
  const azumuta = callsOf(/ \/api\/v1\//);
  const erp = callsOf(/ \/api\/production-orders/);
  return [
    {
      figure: 'CPU per completion, all functions',
      measured: compared(ms(cpu ?? 0), cpu, peerCpu),
      against: against((rounds) => ms(cpuOf(rounds) ?? 0)),
      wanted: '≤ 1.9 ×',
      ...(cpu !== undefined && peerCpu ? { reached: cpu <= 1.9 * peerCpu } : {}),
    },
    ...Object.entries(own.rounds.at(-1)?.memory ?? {}).map(([name, bytes]) => ({
      figure: `memory of ${name}, steady load`,
      measured: megabytes(bytes),
      against: against((rounds) => megabytes(memoryOf(name, rounds))),
      wanted: '< 1 ×',
      ...(peer ? { reached: bytes < memoryOf(name, peer.rounds) } : {}),
    })),
    {
      figure: 'completions per second, end to end',
      measured: compared(`${rate.toFixed(0)}/s`, rate, peerRate),
      against: against((rounds) => `${rateOf(rounds).toFixed(0)}/s`),
      wanted: '≥ 0.6 ×',
      ...(peerRate ? { reached: rate >= 0.6 * peerRate } : {}),
    },
    {
      figure: `Azumuta calls per completion (${completions}, 10 instructions)`,
      measured: azumuta.toFixed(3),
      against: '1 product order + 1 recording',
      wanted: '≤ 2.02',
      reached: azumuta <= 2.02,
    },
    {
      figure: 'ERP calls per completion',
      measured: erp.toFixed(3),
      against: 'two look-ups, the booking, its proof',
      wanted: `= ${erpMinimum}`,
      reached: erp === erpMinimum,
    },
  ];
}

function waitRows({ waitMs }: Figures): Row[] {
  if (waitMs === undefined) return [];
  const figure = 'median from trigger to booking, five a second';
  return [{ figure, measured: ms(waitMs), against: '–', wanted: '–' }];
}

function accidentRows({ accidents = [] }: Figures): Row[] {
  const lossesText = ({ accepted, lost, doubled }: Losses) =>
    `${lost} lost, ${doubled} booked twice of ${accepted}`;
  return faults.flatMap((fault) => {
    const [own, peer] = accidents.filter((each) => each.fault === fault);
    return own
      ? {
          figure: `completions lost and booked twice: ${faultNames[fault]}`,
          measured: lossesText(own.losses),
          against: peer ? `${peer.name} ${lossesText(peer.losses)}` : '–',
          wanted: '0, 0',
          reached: own.losses.lost === 0 && own.losses.doubled === 0,
        }
      : [];
  });
}

function callRows({ calls = [] }: Figures): Row[] {
  const row = (figure: string, measured: number, against: string) => ({
    figure: `calls per booking: ${figure}`,
    measured: `${measured}`,
    against,
    wanted: '–',
  });
  return calls.flatMap(({ erp, first, further, assembly }) => [
    row(erp, further, `${first} in a new container`),
    ...(assembly === undefined
      ? []
      : [row(`${erp}, all of an assembly`, assembly, 'components with lots, operations, reasons, checks')]),
  ]);
}

/** The table as Markdown, with aligned columns. */
export function markdownOf(rows: readonly Row[]): string {
  const cells = [
    ['figure', 'measured', 'against', 'to reach', ''],
    ...rows.map(({ figure, measured, against, wanted, reached }) => [
      figure,
      measured,
      against,
      wanted,
      reached === undefined ? '' : reached ? '✓' : '✗',
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0), 3),
  );
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, at) => (row[at] ?? '').padEnd(width)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join(
    '\n',
  );
}
