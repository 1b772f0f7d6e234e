import { createLogger, type Logger } from '../../shared/platform/log.ts';
import type { Measured } from '../../shared/platform/metrics.ts';

const speaker = { stack: 'AzumutaErp-test-test', functionName: 'test' };

export const silent: Logger = createLogger(speaker, () => undefined);

/** A log that the test can read. */
export interface HeardLog {
  readonly log: Logger;
  readonly lines: readonly string[];
  /** All values of the metric, in order. */
  readonly measured: (name: keyof Measured) => number[];
  readonly forget: () => void;
}

export function recordedLog(): HeardLog {
  const lines: string[] = [];
  return {
    log: createLogger(speaker, (line) => lines.push(line)),
    lines,
    measured: (name) =>
      lines.flatMap((line) => {
        const value: unknown = JSON.parse(line)[name];
        return typeof value === 'number' ? [value] : [];
      }),
    forget: () => {
      lines.length = 0;
    },
  };
}
