/** The value below which the given part (0 to 1) of the samples lies, by nearest rank. @throws Error without samples. */
export function quantile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))];
  if (found === undefined) throw new Error('There are no samples.');
  return found;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
