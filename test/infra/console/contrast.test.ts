import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../../infra/console/assets/base.css', import.meta.url), 'utf8');
const colours = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }] as const,
  ),
);

/** WCAG 2.2, "contrast ratio" and "relative luminance". */
function contrast(one: string, other: string): number {
  const luminance = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

describe.each(['light', 'dark'] as const)('texts on a %s screen', (scheme) => {
  const pairs: [string, string][] = [
    ...['ink', 'quiet'].flatMap((text): [string, string][] =>
      ['ground', 'surface', 'sunken', 'good-ground', 'slow-ground', 'bad-ground'].map((under) => [
        text,
        under,
      ]),
    ),
    ['accent', 'ground'],
    ['accent', 'surface'],
    ['accent', 'bad-ground'],
    ['accent', 'slow-ground'],
    ['on-accent', 'accent'],
    ['good', 'good-ground'],
    ['good', 'surface'],
    ['slow', 'surface'],
    ['bad', 'surface'],
    ['bad', 'ground'],
    ['surface', 'bad'],
  ];
  it.each(pairs)('has enough contrast of %s on %s for everybody (4.5 : 1)', (text, under) => {
    const [one, other] = [colours.get(text), colours.get(under)];
    expect(one && other && contrast(one[scheme], other[scheme])).toBeGreaterThanOrEqual(4.5);
  });
});
