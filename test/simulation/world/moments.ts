/** Of the plant. */
export const plantZone = 'Europe/Brussels';
/** When a run begins: early in the morning. Epoch milliseconds. */
export const beginning = Date.parse('2026-11-24T06:00:00.000Z');
export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;
/** All orders are due on the next day, unless a planner moves them. */
export const dueDate = '2026-11-25';

/** A run may begin half an hour before clocks are changed at the plant, in the night; by default nothing is. */
const changes = {
  'put forward': { beginning: Date.parse('2027-03-28T00:30:00.000Z'), dueDate: '2027-03-29' },
  'put back': { beginning: Date.parse('2027-10-31T00:30:00.000Z'), dueDate: '2027-11-01' },
} as const;
export type ClockChange = keyof typeof changes;

export function momentsOf({ clocks }: { readonly clocks?: ClockChange }): {
  readonly beginning: number;
  readonly dueDate: string;
} {
  return clocks ? changes[clocks] : { beginning, dueDate };
}
