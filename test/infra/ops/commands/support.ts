import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { azumutaSandboxKey, erpSandboxKey } from '../../../../infra/local/sandbox/api.ts';
import type { CommandStage } from './stage.ts';

const fileSchema = z.object({
  versions: z.object({ integration: z.string(), node: z.string() }),
  configuration: z.array(z.string()),
  order: z.object({ productOrders: z.array(z.looseObject({ cause: z.string(), number: z.string() })) }),
});

export function supportTests(stage: () => CommandStage): void {
  it('writes what is known of an order into one file, once', async () => {
    // Prepare
    const { calls, reaches, typedHere, folder } = stage();
    await calls.post({ number: 'STUCK/3', article: 'NOPE-9', quantity: '3' });
    await reaches('STUCK/3', 'needs a person');
    const file = join(folder, 'case.json');

    // Act
    const written = await typedHere('support', 'STUCK/3', '--out', file);
    const again = await typedHere('support', 'STUCK/3', '--out', file);
    const unknown = await typedHere('support', 'NEVER-SENT', '--out', join(folder, 'other.json'));

    // Assess
    expect(written).toMatchObject({ code: 0, output: expect.stringContaining('Read it before you send it') });
    const text = await readFile(file, 'utf8');
    const { versions, configuration, order } = z.parse(fileSchema, JSON.parse(text));
    expect(versions).toEqual({ integration: expect.stringMatching(/^\d+\.\d+/), node: process.version });
    expect(configuration).toContain('azumuta.baseUrl');
    expect(order.productOrders).toMatchObject([{ number: 'STUCK/3', cause: 'unknown-article' }]);
    for (const key of [azumutaSandboxKey, erpSandboxKey]) expect(text).not.toContain(key);
    expect(again).toMatchObject({ code: 2, complaint: expect.stringContaining('is there already') });
    expect(unknown).toMatchObject({ code: 3, output: expect.stringContaining('nothing was written') });
    expect((await readdir(folder)).filter((name) => /case|other/.test(name))).toEqual(['case.json']);
  });
}
