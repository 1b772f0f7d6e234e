import { type Clock, systemClock } from './clock.ts';
import { embeddedMetrics, type Measured } from './metrics.ts';

/** Fields that follow one order through all functions. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * One JSON line per entry on standard output, as Lambda's JSON log format expects (`level`, `message`,
 * `timestamp`). Only the fields named here are logged: never an event, a header or a body. An entry with figures is a
 * metric, too.
 */
export interface Logger {
  readonly info: (message: string, fields?: LogFields, measured?: Measured) => void;
  readonly warn: (message: string, fields?: LogFields, measured?: Measured) => void;
  readonly error: (message: string, fields?: LogFields, measured?: Measured) => void;
  /** The same logger with fields that are added to every entry. */
  readonly with: (fields: LogFields) => Logger;
  /** Adds Lambda's id of this request to every entry from now on: a container works on one after the other. */
  readonly begin: (requestId: string) => void;
}

/** Who logs: both are dimensions of the metrics. */
export interface Speaker {
  /** Name of the stack. */
  readonly stack: string;
  /** Name of the function, such as `book-completion`. */
  readonly functionName: string;
}

export type LogSink = (line: string) => void;

const standardOutput: LogSink = (line) => {
  process.stdout.write(`${line}\n`);
};

export function createLogger(
  speaker: Speaker,
  write: LogSink = standardOutput,
  clock: Pick<Clock, 'now'> = systemClock,
): Logger {
  return loggerWith({ Stack: speaker.stack, Function: speaker.functionName }, {}, write, clock);
}

/** @param request That of all loggers of a container. */
function loggerWith(
  fields: LogFields,
  request: { requestId?: string },
  write: LogSink,
  clock: Pick<Clock, 'now'>,
): Logger {
  const at =
    (level: string) =>
    (message: string, more: LogFields = {}, measured?: Measured) => {
      const now = clock.now();
      write(
        JSON.stringify({
          level,
          message,
          timestamp: now.toISOString(),
          ...request,
          ...fields,
          ...more,
          ...(measured ? embeddedMetrics(measured, now) : {}),
        }),
      );
    };
  return {
    info: at('INFO'),
    warn: at('WARN'),
    error: at('ERROR'),
    with: (more) => loggerWith({ ...fields, ...more }, request, write, clock),
    begin: (requestId) => {
      request.requestId = requestId;
    },
  };
}
