import type { ChangedOrder } from './balance/injected.ts';
import type { ChaosResult, Progress } from './run.ts';
import { sumOf } from './run.ts';

const maxFindings = 40;

/** One line with the progress of a run. */
export function progressLine(progress: Progress): string {
  const { phase, seconds, orders, completions, kills, faults, waiting } = progress;
  return `${seconds.toFixed(0).padStart(5)} s  ${phase}: ${orders} orders, ${completions} completed, ${waiting ?? '?'} in the queues, ${kills} kills, ${faults} faults`;
}

/** Whether no difference was found. */
export function isBalanced({ balance: { lost, double, wrong } }: ChaosResult): boolean {
  return lost.length === 0 && double.length === 0 && wrong.length === 0;
}

/** The table at the end, and the differences. */
export function reportOf(seed: number, result: ChaosResult): string {
  const { balance, loadSeconds, quietSeconds } = result;
  const rows: readonly (readonly [string, string | number])[] = [
    ['seed', seed],
    ['kills', listed(result.kills)],
    ['faults', listed(result.faults)],
    ['orders', result.orders],
    ['completions', result.completions],
    ['changed in the ERP', changes(result.injected.changed)],
    ['renamed in Azumuta', result.injected.renamed.size],
    ['forged hints', hints(result)],
    ['clocks', clocks(result.clocks)],
    ['pulls', result.pulls],
    ['webhook calls', result.webhookCalls],
    ['retries', result.retries],
    [
      'dead letters',
      `${result.deadLetters} for ${result.permanentFaults} permanent faults (${balance.copies} copies), ${balance.surplus} of them about surplus parts`,
    ],
    ['lost', balance.lost.length],
    ['double', balance.double.length],
    ['wrong', balance.wrong.length],
    ['seconds', `${loadSeconds.toFixed(0)} of load, ${quietSeconds.toFixed(0)} until quiet`],
    ['rate', `${(result.completions / (loadSeconds + quietSeconds)).toFixed(1)} completions/s over all`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const findings = [...balance.lost, ...balance.double, ...balance.wrong];
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...findings.slice(0, maxFindings).map((finding) => `  ✗ ${finding}`),
    ...(findings.length > maxFindings ? [`  … and ${findings.length - maxFindings} more`] : []),
  ].join('\n');
}

function changes(changed: readonly ChangedOrder[]): string {
  const of = (split: ChangedOrder['split']) => changed.filter((order) => order.split === split);
  const quantities = changed.reduce((sum, order) => sum + order.quantities.length - 1, 0);
  return `${changed.length} orders: ${of('each').length} booked part by part and ${of('when-all-done').length} when all is done, with ${quantities} other quantities; ${of('one').length} with another number`;
}

function hints({ flood, injected: { flooded } }: ChaosResult): string {
  const each = (['open', 'unknown', 'completed'] as const).map((is) => {
    const orders = flooded.filter((order) => order.is === is);
    const most = Math.max(0, ...orders.map(({ questions }) => questions));
    return `${orders.length} ${is} (at most ${most} questions about one)`;
  });
  return `${flood.hints} in ${flood.bursts} bursts, about ${each.join(', ')}`;
}

function clocks(offsets: readonly number[]): string {
  const seconds = offsets.map((ms) => ms / 1000);
  return `${offsets.length} containers, ${Math.min(0, ...seconds)} s to ${Math.max(0, ...seconds)} s off`;
}

function listed(counts: ReadonlyMap<string, number>): string {
  const each = [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([name, count]) => `${name} ${count}`);
  return `${sumOf(counts)} (${each.join(', ')})`;
}
