/** When a run begins: early in the morning. Epoch milliseconds. */
export const beginning = Date.parse('2026-11-24T06:00:00.000Z');
export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;
/** All orders are due on the next day, unless a planner moves them. */
export const dueDate = '2026-11-25';
