import { existsSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import * as z from 'zod/mini';
import { ConfigurationError } from '../../../shared/integration/define.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import { dayBefore, dayIn, isDate, startOfDay, utcInstant } from '../../../shared/model/time.ts';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';
import { printable } from './output.ts';

/** The command was called in a way that cannot be carried out; the message says how to call it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Exit codes of the operators' commands. */
export const exits = {
  done: 0,
  /** Something that should have worked has failed. */
  failed: 1,
  /** The command line, or the stack that it names, is wrong; nothing was done. */
  usage: 2,
  /** Done as far as possible; a person must do the rest. */
  partly: 3,
  /** What was asked about does not exist. */
  notFound: 3,
  interrupted: 130,
} as const;

/** A text of a command line that is not empty. */
export const text = z.string().check(z.minLength(1));
/** An option that is given or left out. */
export const flag = z._default(z.boolean(), false);

/** Options of every command. */
export const answerOptions = { json: flag };

/** Options of every command that works on a stack. */
export const commonOptions = {
  ...answerOptions,
  /** `true` when the folder was left out. */
  local: z.exactOptional(z.union([z.literal(true), text])),
  stack: z.exactOptional(text),
  region: z.exactOptional(text),
};

export const defaultConfigFile = 'integration.config.ts';

/** The plant's configuration, for commands that read it. */
export const configOptions = { config: z._default(text, defaultConfigFile) };
export const plantOptions = { ...commonOptions, ...configOptions };
export const configOption = new Option(
  '-c, --config <file>',
  `the plant's configuration file (default: plants/<plant>.config.ts of a deployed stack if it is there, else ${defaultConfigFile})`,
);

/**
 * A command that works on a stack, with the options that all of them share; its own are added with `.option()`.
 * @param name As it is typed: `npm run <name> --`.
 * @param help What its help ends with: examples, and the exit codes.
 */
export function opsCommand(name: string, description: string, help = ''): Command {
  return plainCommand(name, description, help)
    .option('--local [folder]', 'the platform that runs on this machine (in the data folder of npm start)')
    .option('--stack <name>', 'the deployed stack, such as AzumutaErp-ghent-production')
    .option('--region <region>', 'AWS region of the stack (default: that of the AWS profile)');
}

/** A command that works on a stack and reads its plant's configuration. */
export function plantCommand(name: string, description: string, help: string): Command {
  return opsCommand(name, description, help).addOption(configOption);
}

/** A command that needs no stack. */
export function plainCommand(name: string, description: string, help = ''): Command {
  return new Command(`npm run ${name} --`)
    .description(description)
    .option('--json', 'answer as JSON')
    .addHelpText('after', help)
    .helpOption('-h, --help', 'show this help')
    .allowExcessArguments(false)
    .showHelpAfterError('Add --help for examples.')
    .exitOverride();
}

/** A value that was given. @param complain Makes the error of what does not fit, which says where. */
export function fitting<T>(schema: z.ZodMiniType<T>, given: unknown, complain: (why: string) => Error): T {
  const parsed = parse(schema, given);
  if (parsed.ok) return parsed.value;
  throw complain(describeMismatches(parsed.mismatches));
}

/** The word that was typed, if it is known. @param what What the words name: `action`. @throws UsageError */
export function oneOf<const T extends string>(known: readonly T[], given: string, what: string): T {
  const found = known.find((each) => each === given);
  if (found === undefined) throw new UsageError(`There is no ${what} ${given}: choose ${known.join(', ')}.`);
  return found;
}

/** The number of `--most 500`. @throws UsageError when it is none. */
export function mostOf(given: string): number {
  const most = Number(given);
  if (!Number.isInteger(most) || most < 1)
    throw new UsageError(`--most takes a whole number, not "${given}".`);
  return most;
}

/**
 * The options and the words of a command line. As the folder of `--local` may be left out, the parser reads the next word
 * as one: in a command that takes words, `trace -- --local MO/0042` means the order, unless there is such a folder.
 * @throws UsageError naming the option that does not fit.
 */
export function readCommandLine<T extends object>(command: Command, schema: z.ZodMiniType<T>) {
  const complain = (why: string) =>
    new UsageError(`The command line does not fit: ${why.replaceAll('$.', '--')}.`);
  const options = fitting(schema, command.opts(), complain);
  const takesWords = command.registeredArguments.length > 0;
  const local = takesWords && 'local' in options ? options.local : undefined;
  if (typeof local !== 'string' || existsSync(local)) return { words: command.args, options };
  return { words: [local, ...command.args], options: { ...options, local: true } };
}

/** What was typed, and a signal that Ctrl-C aborts. */
export interface Typed<T> {
  readonly options: T;
  readonly words: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Runs a command as this process: parses the command line, passes on Ctrl-C as an aborted signal, prints what
 * went wrong as a sentence, and sets the exit code.
 * @param act Gets what was typed; resolves to the exit code.
 * @param commandLine Default: all that this process was called with.
 */
export async function runCommand<T extends object>(
  command: Command,
  schema: z.ZodMiniType<T>,
  act: (typed: Typed<T>) => Promise<number>,
  commandLine: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // The second signal does not wait for an orderly end.
      if (ending.signal.aborted) process.exit(exits.interrupted);
      ending.abort();
    });
  }
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endQuietly);
  try {
    command.parse(commandLine, { from: 'user' });
    process.exitCode = await act({ ...readCommandLine(command, schema), signal: ending.signal });
  } catch (error) {
    process.exitCode = exitOf(error);
    // The parser has printed its own complaint already.
    if (!(error instanceof CommanderError)) process.stderr.write(`${printable(sentenceOf(error))}\n`);
  }
}

/** A reader that stops early (`| head`) is no failure. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

function exitOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exits.done : exits.usage;
  const ofTheCaller = error instanceof UsageError || error instanceof ConfigurationError;
  return ofTheCaller ? exits.usage : exits.failed;
}

/** The message of an error. The usual complaints of AWS's SDK become sentences that say what to do. */
export function sentenceOf(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  const reason = reasonOf(error);
  if (name === 'CredentialsProviderError')
    return 'There are no AWS credentials here: log in (aws sso login), or set AWS_PROFILE.';
  if (/Region is missing/.test(reason)) return 'Say in which region the stack is: --region or AWS_REGION.';
  if (/^Expired|ExpiredToken/.test(name)) return 'The AWS credentials have expired: log in again.';
  return reason;
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A moment as people type it: an ISO time with zone, an ISO date (when that day begins at the plant), `90m`, `24h`,
 * `7d`, `today` or `yesterday` (when they begin at the plant) or `now`.
 * @param timeZone The plant's.
 * @throws UsageError when it is none of these.
 */
export function momentOf(text: string, now: Date, timeZone: string): Date {
  if (text === 'now') return now;
  if (text === 'today') return startOfDay(timeZone, dayIn(timeZone, now));
  if (text === 'yesterday') return startOfDay(timeZone, dayBefore(dayIn(timeZone, now)));
  const [, amount, unit = ''] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  const ms = unitMs[unit];
  if (ms !== undefined) return new Date(now.getTime() - Number(amount) * ms);
  if (isDate(text)) return startOfDay(timeZone, text);
  const instant = utcInstant(text);
  if (instant !== undefined) return new Date(instant);
  throw new UsageError(
    `"${text}" is no time that is understood: use 2026-12-01T06:00:00Z, 2026-12-01, 90m, 24h, 7d, today or yesterday.`,
  );
}
