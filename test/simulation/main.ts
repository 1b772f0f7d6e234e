import { runScenario } from './run-scenario.ts';
import { drawScenario } from './scenario/scenario.ts';
import { kindOf } from './scenario/words.ts';
import { simulateFetch } from './world/network.ts';

simulateFetch();
const from = Number(process.argv[2] ?? 1),
  count = Number(process.argv[3] ?? 100);
const started = performance.now();
let orders = 0,
  steps = 0;
const seen = new Map<string, number[]>();
const happened = new Map<string, number>();
for (let seed = from; seed < from + count; seed++) {
  const outcome = await runScenario(drawScenario(seed), { isRead: count === 1 });
  orders += drawScenario(seed).orders.length;
  steps += outcome.steps;
  for (const one of outcome.happened) happened.set(kindOf(one), (happened.get(kindOf(one)) ?? 0) + 1);
  for (const { invariant, sentence } of outcome.findings) {
    seen.set(invariant, [...(seen.get(invariant) ?? []), seed]);
    if (process.env.V || count === 1) console.log(seed, invariant, sentence);
  }
  if (count === 1) console.log(outcome.timeline.join('\n'), JSON.stringify(drawScenario(seed), null, 1));
}
const seconds = (performance.now() - started) / 1000;
console.log(
  `${count} scenarios, ${orders} journeys, ${steps} steps in ${seconds.toFixed(1)} s: ${(orders / seconds).toFixed(0)} journeys/s`,
);
for (const [name, seeds] of seen) console.log(seeds.length, name, seeds.slice(0, 12).join(' '));
console.log(Object.fromEntries(happened));
