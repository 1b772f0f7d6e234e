import { describe, expect, it } from 'vitest';
import { type AlarmState, stateOf } from './alarm-rule.ts';

/** AWS's own examples: `X` breaches, `0` does not, `-` is missing. */
const examples: readonly [points: string, ringing: number, ignore: string, breaching: string, not: string][] =
  [
    ['0-X-X', 3, 'OK', 'OK', 'OK'],
    ['0----', 3, 'OK', 'OK', 'OK'],
    ['-----', 3, 'unchanged', 'ALARM', 'OK'],
    ['0XX-X', 3, 'ALARM', 'ALARM', 'ALARM'],
    ['----X', 3, 'unchanged', 'ALARM', 'OK'],
    ['0-X-X', 2, 'ALARM', 'ALARM', 'ALARM'],
    ['00X0X', 2, 'ALARM', 'ALARM', 'ALARM'],
    ['0-X--', 2, 'OK', 'ALARM', 'OK'],
    ['----0', 2, 'OK', 'ALARM', 'OK'],
    ['----X', 2, 'unchanged', 'ALARM', 'OK'],
  ];

describe('the rule for missing data, in AWS’s own examples', () => {
  it.each(examples)(
    'gives the documented states for %s, %i of 3',
    (points, ringing, ignore, breaching, notBreaching) => {
      const retrieved = [...points].map((point) => ({ X: 1, '0': 0 })[point]);
      const stateWith = (missing: 'ignore' | 'breaching' | 'notBreaching') => {
        const rule = {
          comparison: 'GreaterThanOrEqualToThreshold',
          threshold: 1,
          looks: 3,
          ringing,
          missing,
        } as const;
        const states = (['OK', 'ALARM'] as const).map((state): AlarmState => stateOf(retrieved, rule, state));
        return states[0] === states[1] ? states[0] : 'unchanged';
      };
      expect([stateWith('ignore'), stateWith('breaching'), stateWith('notBreaching')]).toEqual([
        ignore,
        breaching,
        notBreaching,
      ]);
    },
  );
});
