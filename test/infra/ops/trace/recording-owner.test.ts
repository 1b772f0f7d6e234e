import { expect, it } from 'vitest';
import { findOwnerOf } from '../../../../infra/ops/trace/trace.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

/** Asks for a recording where the operator may not read the key of Azumuta. */
async function asked(recordingId: string) {
  const refusal = { __type: 'AccessDeniedException', Message: 'You may not read secrets.' };
  const { url, calls } = await startServer(() => ({ status: 400, body: refusal }));
  const target = onThisMachine(
    { Plant: 'ghent', Stage: 'local', AzumutaApiKeySecret: 'arn:of:the:key' },
    url,
  );
  return { found: await findOwnerOf(target, 'integration.config.ts')(recordingId), calls };
}

it('says what to do instead when the operator may not read the key of Azumuta', async () => {
  const { found } = await asked('5KKoy7m6ms89mvrTg');
  expect(found).toEqual({
    notAsked:
      'If it is a recording: Azumuta could not be asked about it: You may not read secrets. Ask for the number of its order, which Azumuta shows with it.',
  });
});

it('asks nobody about a text that is no id of Azumuta', async () => {
  const { found, calls } = await asked('MO/9999');
  expect([found, calls]).toEqual([{}, []]);
});
