/** setInterval counts in 32 bits, a little under 25 days. */
const longest = 2 ** 31 - 1;

/** Scheduler itself has no seconds: an override of a local run may. */
const units: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * Milliseconds between two runs of `rate(5 minutes)`.
 * @throws Error for cron() and at(), and for rates that a timer cannot keep.
 */
export function rateMilliseconds(expression: string, schedule: string): number {
  const [, amount, unit = ''] = /^rate\((\d+) (second|minute|hour|day)s?\)$/.exec(expression.trim()) ?? [];
  const milliseconds = Number(amount) * (units[unit] ?? Number.NaN);
  if (milliseconds > 0 && milliseconds <= longest) return milliseconds;
  throw new Error(
    `The schedule ${schedule} runs at ${expression}: local runs know rate(n minutes|hours|days) up to 24 days only.`,
  );
}
