/** Fields that follow one order through all functions. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * One JSON line per entry on standard output, as Lambda's JSON log format expects (`level`, `message`,
 * `timestamp`). Only the fields named here are logged: never an event, a header or a body.
 */
export interface Logger {
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly error: (message: string, fields?: LogFields) => void;
  /** The same logger with fields that every entry bears. */
  readonly with: (fields: LogFields) => Logger;
}

export type LogSink = (line: string) => void;

const standardOutput: LogSink = (line) => {
  process.stdout.write(`${line}\n`);
};

export function createLogger(fields: LogFields = {}, write: LogSink = standardOutput): Logger {
  const at =
    (level: string) =>
    (message: string, more: LogFields = {}) =>
      write(JSON.stringify({ level, message, timestamp: new Date().toISOString(), ...fields, ...more }));
  return {
    info: at('INFO'),
    warn: at('WARN'),
    error: at('ERROR'),
    with: (more) => createLogger({ ...fields, ...more }, write),
  };
}
