import * as z from 'zod/mini';
import { reasonOf } from '../../../../shared/model/errors.ts';

export const serviceReportSchema = z.discriminatedUnion('kind', [
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

export type ServiceReport = z.infer<typeof serviceReportSchema>;

const supervisorOrderSchema = z.union([z.literal('stop'), z.object({ configuration: z.unknown() })]);

/** A running service, inside its process. */
export interface Service {
  /** Ends in good order, within a few seconds. */
  readonly stop: () => Promise<void>;
  /** Called when the supervisor is gone: ends what must not outlive this process. */
  readonly abandon?: () => void;
}

/**
 * Runs a service of the platform as a separate process: it gets its configuration over the IPC channel, reports when
 * it is ready, and exits when it is asked to, or when the channel breaks. So no process is left even when the
 * supervisor is killed.
 */
export function runService<T>(
  start: (configuration: T, report: (report: ServiceReport) => void) => Promise<Service>,
): void {
  let service: Service | undefined;
  const report = (message: ServiceReport) => {
    if (process.connected) process.send?.(message);
  };
  // Ctrl-C reaches the whole process group, but the supervisor decides who ends when.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => {
    service?.abandon?.();
    process.exit(0);
  });
  process.on('message', async (message) => {
    try {
      const order = supervisorOrderSchema.parse(message);
      if (order === 'stop') {
        await service?.stop();
        process.exit(0);
      }
      // The supervisor is the same program: it sends what the service's type asks for.
      service = await start(order.configuration as T, report);
      report({ kind: 'ready' });
    } catch (error) {
      report({ kind: 'failed', reason: reasonOf(error) });
      // Not process.exit: the reason must still be sent.
      process.disconnect?.();
      process.exitCode = 1;
    }
  });
}
