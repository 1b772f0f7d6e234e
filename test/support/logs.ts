import { createLogger, type Logger } from '../../shared/platform/log.ts';
import type { Measured } from '../../shared/platform/metrics.ts';

const speaker = { stack: 'AzumutaErp-test-test', functionName: 'test' };

export const silent: Logger = createLogger(speaker, () => undefined);

export type HeardLog = ReturnType<typeof recordedLog>;

/** A log that the test can read. */
export function recordedLog() {
  const lines: string[] = [];
  return {
    log: createLogger(speaker, (line) => lines.push(line)),
    lines: lines as readonly string[],
    /** All values of the metric, in order. */
    measured: (name: keyof Measured) =>
      lines.flatMap((line) => {
        const value: unknown = JSON.parse(line)[name];
        return typeof value === 'number' ? [value] : [];
      }),
    forget: () => {
      lines.length = 0;
    },
  };
}
