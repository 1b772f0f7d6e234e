import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { agreeToFirstDeployment } from '../../../../infra/ops/deploy/first-deployment.ts';

const first = {
  stack: 'AzumutaErp-ghent-production',
  region: 'eu-west-1',
  isYes: false,
  context: '-c config=plants/ghent.config.ts -c stage=production',
  terminal: undefined,
};

/** Types these keys once the question is there. @returns What became of it. */
async function asked(keys: string): Promise<string> {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 40 });
  let shown = '';
  output.on('data', (chunk) => {
    shown += String(chunk);
  });
  const asking = agreeToFirstDeployment({ ...first, terminal: { input, output } });
  const ended = asking.then(() => 'agreed', String);
  await vi.waitUntil(() => shown.includes('Make the stack'), { timeout: 15_000, interval: 20 });
  input.write(keys);
  return ended;
}

describe('the first deployment', () => {
  it('is agreed to by --yes, or by y at the terminal', async () => {
    await agreeToFirstDeployment({ ...first, isYes: true });
    expect(await asked('y')).toBe('agreed');
  });

  it.each([
    ['n', 'You did not agree: nothing was deployed'],
    ['\r', 'You did not agree: nothing was deployed'],
    ['\u0003', 'Nothing was written.'],
  ])('is not begun by another answer: %j', async (keys, sentence) => {
    expect(await asked(keys)).toContain(sentence);
  });
});
