import {
  capacity,
  durations,
  fullAt,
  limits,
  peakPerSecond,
  plant,
  quotas,
  tightest,
} from './scale-model.ts';

/**
 * Prints how full each limit is, from one plant to ten thousand at the change of shifts. Run: `node
 * test/bench/scale/scale.ts`
 */
const percent = (part: number) => `${part < 0.1 ? (part * 100).toFixed(1) : Math.round(part * 100)} %`;
const counts = [1, 10, 100, 1000, 10_000];

const say = (line = '') => void process.stdout.write(`${line}\n`);
say(
  `A plant: ${plant.peakCompletions} completions in ${plant.peakSeconds / 60} minutes at its peak (${peakPerSecond.toFixed(2)}/s), ${plant.completionsPerDay} a day; Azumuta answers in ${plant.azumutaMs} ms, the ERP in ${plant.erpMs} ms.`,
);
say(
  `One event alone takes receive-webhook ${durations.receive.toFixed(0)} ms, book-completion ${durations.book.toFixed(0)} ms;`,
);
say(
  `so one plant can book ${capacity().toFixed(0)} completions per second, and wait six days for its ERP with up to ${(quotas.inFlight / 6).toLocaleString('en')} completions a day.`,
);
say();
say('| plants in one account | completions/s | Azumuta calls/s | fullest limit | used | what raises it |');
say('| ---: | ---: | ---: | --- | ---: | --- |');
for (const count of counts) {
  const limit = tightest(count);
  const rate = count * peakPerSecond;
  say(
    `| ${count.toLocaleString('en')} | ${rate.toFixed(1)} | ${(rate * 2.02).toFixed(1)} | ${limit.name} | ${percent(limit.used(count))} | ${limit.setting} |`,
  );
}
say();
say('| limit | one plant uses | full at | what raises it |');
say('| --- | ---: | ---: | --- |');
for (const limit of limits) {
  const full = fullAt(limit);
  say(
    `| ${limit.name} | ${percent(limit.used(1))} | ${full === undefined ? 'does not grow with plants' : `${full.toLocaleString('en')} plants`} | ${limit.setting} |`,
  );
}
