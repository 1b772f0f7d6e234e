import { type ChaosResult, type Progress, sumOf } from './run.ts';

const maxFindings = 40;

/** One line with the progress of a run. */
export function progressLine(progress: Progress): string {
  const { phase, seconds, orders, completions, kills, faults, waiting } = progress;
  return `${seconds.toFixed(0).padStart(5)} s  ${phase}: ${orders} orders, ${completions} completed, ${waiting ?? '?'} in the queues, ${sumOf(kills)} kills, ${sumOf(faults)} faults`;
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
    ['pulls', result.pulls],
    ['webhook calls', result.webhookCalls],
    ['retries', result.retries],
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

function listed(counts: ReadonlyMap<string, number>): string {
  const each = [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([name, count]) => `${name} ${count}`);
  return `${sumOf(counts)} (${each.join(', ')})`;
}
