import * as z from 'zod/mini';
import { Rejected } from '../../../model/errors.ts';
import type { Writer } from '../desk.ts';
import type { Production } from '../production.ts';

/** @throws Rejected when people have works to finish: Tryton completes no production before (`production_work`, 7.0). */
export function requireFinishedWorks({ number, works }: Production): void {
  const open = works.filter(({ state }) => state !== 'finished' && state !== 'done');
  if (open.length === 0) return;
  const names = open.map(({ operation }) => operation).join(', ');
  throw new Rejected(
    `Tryton: production ${number} cannot be completed, because its works must be finished first (${names}): finish them in Tryton, or set finishWorks in tryton(), then replay.`,
    { code: 'order-state' },
  );
}

/** Starts works that nobody started, and stops all that run. */
export async function finishWorks(desk: Writer, { number, works }: Production): Promise<void> {
  const idsIn = (...states: string[]) =>
    works.filter(({ state }) => states.includes(state)).map(({ id }) => id);
  const what = `finishing the works of production ${number}`;
  const unstarted = idsIn('request', 'draft');
  if (unstarted.length > 0) {
    await desk.write('production.work', 'start', [unstarted], { what, answer: z.unknown() });
  }
  const running = [...unstarted, ...idsIn('running', 'waiting')];
  if (running.length > 0) {
    await desk.write('production.work', 'stop', [running], { what, answer: z.unknown() });
  }
}
