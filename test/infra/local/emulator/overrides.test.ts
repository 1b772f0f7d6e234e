import { expect, it } from 'vitest';
import { overrideStack } from '../../../../infra/local/emulator/overrides.ts';
import { readStack } from '../../../../infra/local/emulator/template/read-stack.ts';
import { localOverrides } from '../../../../infra/local/run-locally.ts';
import { place, resources } from './fixture.ts';

const assets = { Probe: '/Probe', Worker: '/Worker' };
const template = { Resources: resources, Outputs: {} };
const stack = readStack({ directory: '/', stackName: 'S', assets, template }, place);

it('shortens timeouts, and the visibility timeouts of queues that feed a function', () => {
  const { functions, queues } = overrideStack(stack, {
    functionTimeoutSeconds: 5,
    visibilityTimeoutSeconds: 6,
    environment: { SETTLING_SECONDS: '1' },
  });

  expect(functions.map(({ Timeout }) => Timeout)).toEqual([5, 1, 5]);
  expect(functions[2]?.Environment.Variables).toEqual({ SETTLING_SECONDS: '1', TABLE_NAME: 'S-Ledger' });
  expect(queues.map(({ VisibilityTimeout }) => VisibilityTimeout)).toEqual([undefined, 6]);
});

it('refuses a variable that no function has', () => {
  expect(() => overrideStack(stack, { environment: { SETLING: '1' } })).toThrow(
    'No function of S has the variable SETLING',
  );
});

it('keeps the visibility timeout of a local run above the function’s timeout, as Lambda demands', () => {
  const { functionTimeoutSeconds: timeout = 0, visibilityTimeoutSeconds } = localOverrides;

  expect(visibilityTimeoutSeconds).toBeGreaterThan(timeout);
});
