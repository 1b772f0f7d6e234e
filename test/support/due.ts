import type { DueTerms } from '../../shared/model/due.ts';

/** A plant whose days are those of UTC, with the grace that a configuration has without saying so. */
export const dueTerms: DueTerms = { timeZone: 'UTC', graceHours: 24 };

/** Somebody looks on this machine. */
export const lookingLocally = (at = new Date()) => ({ where: '--local', now: { at, ...dueTerms } });
