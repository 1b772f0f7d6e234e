import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createProgress } from '../../../infra/local/progress.ts';

describe('progress', () => {
  let now = 0;
  function watched(isTTY: boolean, time = () => now) {
    now = 0;
    const written: string[] = [];
    const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
    const progress = createProgress({ isTTY, write }, time);
    const at = (ms: number, text: string) => {
      now = ms;
      progress.tell(text);
    };
    return { written, progress, at };
  }

  it('is shown for as long as work takes', async () => {
    // Prepare
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { written, progress } = watched(true, Date.now);
    const work = Promise.withResolvers<string>();

    // Act
    const answer = progress.during('reading', work.promise);
    await vi.advanceTimersByTimeAsync(1500);
    work.resolve('done');

    // Assess
    expect(await answer).toBe('done');
    expect(written).toEqual([...Array(3).fill('\r\u001b[2Kreading'), '\r\u001b[2K']);
    await vi.advanceTimersByTimeAsync(5000);
    expect(written).toHaveLength(4);
  });

  it('is silent in the first second, overwrites its own line on a terminal, removes it at the end, and leaves notes', () => {
    const { written, progress, at } = watched(true);
    at(900, 'too soon');
    progress.end();
    at(1000, 'one');
    at(1050, 'too soon');
    at(1100, 'two');
    progress.note('found');
    at(2000, 'three');
    progress.end();
    const own = (text: string) => `\r\u001b[2K${text}`;
    expect(written).toEqual([own('one'), own('two'), own(''), 'found\n', own('three'), own('')]);
  });

  it('writes a line every five seconds outside a terminal', () => {
    const { written, progress, at } = watched(false);
    at(1000, 'one');
    at(5999, 'too soon');
    at(6000, 'two');
    progress.end();
    expect(written).toEqual(['one\n', 'two\n']);
  });

  it('leaves the last line of a step, with a mark that says whether it succeeded', async () => {
    // Prepare
    const { written, progress } = watched(false);

    // Act
    const done = await progress.step('Start', async (change) => {
      change('It runs');
      return 'done';
    });
    const failing = progress.step('Stop', () => Promise.reject(new Error('It hangs.')));

    // Assess
    await expect(failing).rejects.toThrow('It hangs.');
    expect(done).toBe('done');
    expect(written.map(stripVTControlCharacters)).toEqual(['✔ It runs\n', '✖ Stop\n']);
  });
});
