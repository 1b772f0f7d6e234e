import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { operatorClients } from '../../../infra/local/operator-clients.ts';
import { signedLink } from '../../../shared/pages/links.ts';
import { rotatingSecretSchema } from '../../../shared/platform/aws/credentials.ts';
import { storedSecret } from '../../../shared/platform/aws/secrets.ts';
import { patient } from '../../support/patient.ts';
import { builtOrder } from './journey.ts';
import { system } from './plant.ts';

/** The link at the end of the newest mail. */
function mailedLink(): string | undefined {
  const folder = join(system.emulator.dataDir, 'sns');
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  return texts.flatMap((text) => /See it: (\S+)/.exec(text)?.[1] ?? []).at(-1);
}

async function opened(link: string, options: RequestInit = {}) {
  const response = await fetch(link, options);
  return { status: response.status, headers: response.headers, body: await response.text() };
}

/** A link to an order, signed with the stack's key. */
async function linkTo(number: string): Promise<string> {
  const { secrets } = operatorClients(system.emulator);
  const stored = await storedSecret(secrets, system.emulator.stack.outputs.PagesKeySecret ?? '');
  secrets.destroy();
  const signer = {
    key: z.parse(rotatingSecretSchema, JSON.parse(stored ?? '')).current,
    plant: 'ghent',
    stage: 'local',
  };
  const until = Math.floor(Date.now() / 1000) + 3600;
  return `${system.emulator.apiUrl}/pages/${signedLink({ page: 'order', number, until }, signer)}`;
}

export function pagesTests(): void {
  describe('a person without AWS credentials', () => {
    it('opens the day by the link of a mail', async () => {
      await system.emulator.invoke('FunctionsSendAlertsFunction', { test: true });
      const link = await vi.waitUntil(mailedLink, patient);
      const { status, headers, body } = await opened(link);
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(body).toContain('<h1>Today at ghent (local)</h1>');
    });

    it('opens an order whose number has a slash, in any encoding, and no other by that link', async () => {
      const number = await builtOrder();
      const link = await linkTo(number);
      const encoded = encodeURIComponent(number);
      expect(number).toContain('/');
      for (const writing of [link, link.replace(encoded, number)])
        expect(await opened(writing)).toMatchObject({ status: 200, body: expect.stringContaining(number) });
      for (const forged of [
        link.replace(encoded, encodeURIComponent(encoded)),
        link.replace(encoded, encodeURIComponent(`${number}/1`)),
        link.replace('/pages/order', '/pages/today'),
        link.replace('/pages/order', '/pages/order%2Ftoday'),
        link.replace('/pages/order', '/pages/..%2Forder'),
      ])
        expect([403, 404]).toContain((await opened(forged)).status);
    });

    it('changes nothing: HEAD has no body, and no other method leads to the function', async () => {
      const link = await linkTo(await builtOrder());
      expect(await opened(link, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
        expect(await opened(link, { method })).toMatchObject({
          status: 404,
          body: '{"message":"Not Found"}',
        });
    });
  });
}
