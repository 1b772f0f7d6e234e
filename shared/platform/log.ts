import { type Clock, systemClock } from './clock.ts';
import { embeddedMetrics, type Measured } from './metrics.ts';

/** Fields that follow one order through all functions. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * One JSON line per entry, as Lambda's JSON log format expects it (`level`, `message`, `timestamp`). Only the fields named
 * here are logged: never an event, a header or a body. An entry with figures is a metric, too.
 */
export interface Logger {
  readonly info: (message: string, fields?: LogFields, measured?: Measured) => void;
  readonly warn: (message: string, fields?: LogFields, measured?: Measured) => void;
  readonly error: (message: string, fields?: LogFields, measured?: Measured) => void;
  readonly with: (fields: LogFields) => Logger;
  /** Adds Lambda's id of this request to every entry from now on: a container works on one after the other. */
  readonly begin: (requestId: string) => void;
}

export type LogSink = (line: string) => void;

/** @param speaker The stack and the function, such as `book-completion`: dimensions of the metrics, if these are on. */
export function createLogger(
  speaker: { readonly stack: string; readonly functionName: string; readonly metrics?: 'on' | 'off' },
  write: LogSink = (line) => process.stdout.write(`${line}\n`),
  clock: Pick<Clock, 'now'> = systemClock,
): Logger {
  /** Of all loggers of a container. */
  const request: { requestId?: string } = {};

  function loggerWith(fields: LogFields): Logger {
    const at =
      (level: string) =>
      (message: string, more: LogFields = {}, measured?: Measured) => {
        const now = clock.now();
        const figures = measured && speaker.metrics !== 'off' ? embeddedMetrics(measured, now) : measured;
        const timestamp = now.toISOString();
        write(JSON.stringify({ level, message, timestamp, ...request, ...fields, ...more, ...figures }));
      };
    return {
      info: at('INFO'),
      warn: at('WARN'),
      error: at('ERROR'),
      with: (more) => loggerWith({ ...fields, ...more }),
      begin: (requestId) => {
        request.requestId = requestId;
      },
    };
  }

  return loggerWith({ Stack: speaker.stack, Function: speaker.functionName });
}
