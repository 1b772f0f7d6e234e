import * as z from 'zod/mini';
import { reasonOf } from '../../../../shared/model/errors.ts';
import { describeMismatches, parse } from '../../../../shared/platform/validation.ts';

/** What a piece tells its supervisor. */
export const reportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
  z.object({ kind: z.literal('log'), line: z.string() }),
  z.object({
    kind: z.literal('container'),
    state: z.enum(['up', 'down']),
    pid: z.number(),
    name: z.string(),
  }),
]);

export type Report = z.infer<typeof reportSchema>;

const orderSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), configuration: z.unknown() }),
  z.object({ kind: z.literal('stop') }),
]);

/** A piece at work, as its process sees it. */
export interface Service {
  /** Ends in good order, within a few seconds. */
  readonly stop: () => Promise<void>;
  /** The supervisor is gone: what must be ended at once, before this process exits. */
  readonly abandon?: () => void;
}

/**
 * The life of a piece of the platform as a process of its own: it gets its configuration over the IPC
 * channel, says when it is ready, and exits when it is told to, or when the channel breaks. So nothing is
 * left behind even when the supervisor is killed.
 */
export function runService<T>(
  schema: z.ZodMiniType<T>,
  start: (configuration: T, report: (report: Report) => void) => Promise<Service>,
): void {
  let piece: Service | undefined;
  const report = (message: Report) => {
    if (process.connected) process.send?.(message);
  };
  // Ctrl-C reaches the whole group: the supervisor decides.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => {
    piece?.abandon?.();
    process.exit(0);
  });
  process.on('message', async (message) => {
    try {
      const order = orderSchema.parse(message);
      if (order.kind === 'stop') {
        await piece?.stop();
        process.exit(0);
      }
      const configuration = parse(schema, order.configuration);
      if (!configuration.ok) throw new Error(describeMismatches(configuration.mismatches));
      piece = await start(configuration.value, report);
      report({ kind: 'ready' });
    } catch (error) {
      report({ kind: 'failed', reason: reasonOf(error) });
      // Leaves the channel a moment to carry the reason.
      process.disconnect?.();
      process.exitCode = 1;
    }
  });
}
