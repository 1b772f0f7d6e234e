import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineConnector } from '../../../shared/erp/define-connector.ts';
import { secrets } from '../../../shared/erp/login.ts';
import { noErp } from '../../support/no-erp.ts';

it.each(['exact', undefined] as const)(
  'tells the pull that its watermark is %s, as its author said',
  (watermark) => {
    const connector = defineConnector({
      folder: 'numbered',
      options: z.object({}),
      lacks: noErp.lacks,
      secret: () => secrets.apiKey,
      connect: () => ({ releasedOrders: () => expect.unreachable(), book: () => expect.unreachable() }),
      watermark,
    });

    expect(connector({}).watermark).toBe(watermark);
  },
);
