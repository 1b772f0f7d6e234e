import { describe, expect, it } from 'vitest';
import { scripts } from './documented-commands.ts';
import { typed } from './ops/commands/typed.ts';

/** The scripts that run one program of ours, and take words. */
const programs = Object.entries(scripts)
  .filter(([, line]) => /^node \S+\.ts( \w+)?$/.test(line))
  .map(([name]) => name);

describe.concurrent('every program of package.json', () => {
  it.each(programs)(
    '%s shows its help and does nothing, and refuses an option that it does not know',
    async (name) => {
      const [helped, refused] = [await typed(name, ['--help']), await typed(name, ['--nonsense'])];
      expect(helped).toMatchObject({ code: 0, complaint: '', output: expect.stringMatching(/^Usage: npm /) });
      expect(helped.output).not.toContain('Wrote');
      expect(refused).toMatchObject({
        code: 2,
        output: '',
        complaint: expect.stringContaining('--nonsense'),
      });
    },
  );
});
