import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { totalOf } from './cost.ts';
import { floodOf, monthOf, monthRows, monthsOf, templateOfPlant } from './month.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
/** The cost of a million, as the README states it from the last measurement. */
const perMillion = (flow: string) =>
  Number(new RegExp(`^\\| cost of a million ${flow} \\| \\$([\\d.]+) \\|`, 'm').exec(readme)?.[1]);
const template = await templateOfPlant();
const measured = { orders: perMillion('orders'), completions: perMillion('completions') };

const total = (given: unknown) => totalOf(monthOf(given, measured));

describe("a plant's month", () => {
  it('is at most 8 dollars in total', () => {
    expect(total(template)).toBeLessThanOrEqual(8);
  });

  it('is less than 3 dollars for a stage for trying', async () => {
    const { test } = await monthsOf(measured);
    expect(totalOf(test)).toBeLessThan(3);
  });

  it('equals the README, item by item', async () => {
    for (const row of monthRows(await monthsOf(measured))) expect(readme).toContain(`\n${row}\n`);
  });

  it('is told where a plant decides, of both stages', async () => {
    const { production, test } = await monthsOf(measured);
    const [front, guide] = ['README.md', 'infra/README.md'].map((file) => readFileSync(file, 'utf8'));
    for (const lines of [production, test]) {
      expect(front).toContain(`$${totalOf(lines).toFixed(2)}`);
      expect(guide).toContain(`$${totalOf(lines).toFixed(2)}`);
    }
  });

  it('of which a flood costs at most what the guide says, on each day', () => {
    const guide = readFileSync('infra/README.md', 'utf8');
    expect(guide).toContain(`$${Math.ceil(floodOf(template))} a day`);
    expect(guide).toContain(`$${Math.ceil(floodOf(template, /webhooks/))} a day`);
  });
});
