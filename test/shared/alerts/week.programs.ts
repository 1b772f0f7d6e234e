import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import * as rules from '../../../shared/alerts/decide-alerts.ts';
import { takeRelease, whyMissing } from '../../e2e/life/releases.ts';
import { newFolder } from '../../infra/new-folder.ts';
import { type AlertRules, messagesAbout } from './followed.ts';
import { drawWeek } from './week.ts';

/** The rules of 0.3.0, which knew nothing of the messages of the last day. */
async function rulesOf030(): Promise<AlertRules> {
  const { root } = await takeRelease('0.3.0', newFolder());
  const file = pathToFileURL(join(root, 'shared/alerts/decide-alerts.ts')).href;
  const { decideAlerts, decideOutages } = await import(/* @vite-ignore */ file);
  return { decideOutages, decideAlerts: (told, _lately, open) => decideAlerts(told, open) };
}

/** What is open at the end is put right in the night after. */
const daysOfWeek = 8;
const weeks = 20;
const mostOfThose = 0.4;

it('sends in a week with trouble at most two of five messages that 0.3.0 sent', async ({ skip }) => {
  // Prepare
  const why = whyMissing('0.3.0');
  if (why !== undefined) skip(why);
  const before = await rulesOf030();
  const drawn = fc.sample(
    fc.gen().map((draw) => drawWeek((first, last) => draw(fc.integer, { min: first, max: last }))),
    { numRuns: weeks, seed: 48 },
  );
  const sent: Record<string, { before: number; now: number }> = {};
  const count = (name: string, things: Parameters<typeof messagesAbout>[0]) => {
    const row = sent[name] ?? { before: 0, now: 0 };
    row.before += messagesAbout(things, daysOfWeek, before).length;
    row.now += messagesAbout(things, daysOfWeek, rules).length;
    sent[name] = row;
  };

  // Act
  for (const week of drawn) {
    for (const [name, things] of Object.entries(week)) count(name, things);
    count('all of it', Object.values(week).flat());
  }

  // Assess
  const rows = Object.entries(sent).map(([name, row]) => [
    name,
    { '0.3.0': row.before / weeks, now: row.now / weeks, share: (row.now / row.before).toFixed(2) },
  ]);
  console.table(Object.fromEntries(rows));
  const all = sent['all of it'] ?? { before: 0, now: 0 };
  expect(all.before).toBeGreaterThan(0);
  expect(all.now / all.before).toBeLessThanOrEqual(mostOfThose);
});
