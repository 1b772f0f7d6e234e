import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import * as z from 'zod/mini';
import { ConfigurationError } from '../../../shared/integration/define.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import { sentence } from '../../../shared/model/text.ts';
import { isDate, startOfDay, utcInstant } from '../../../shared/model/time.ts';
import { shellWord } from '../../../shared/platform/shell-word.ts';
import { systemSentenceOf } from '../../../shared/platform/system-errors.ts';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';
import { createProgress, type ProgressDisplay } from '../../local/progress.ts';
import { foldedHelp, foldedProse, printable, say, sayJson, terminalWidth } from './output.ts';

/** The command was called in a way that cannot be carried out; the message says how to call it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const exits = {
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

export const nonEmptyText = z.string().check(z.minLength(1));

/**
 * @param takes `<file>`, or `[folder]` where it may be left out; empty for an option that is given or not.
 * @param flags How the whole option is typed. Default: two dashes, its name and what it takes.
 */
export function option<Form extends z.ZodMiniType>(takes: string, help: string, form: Form, flags?: string) {
  return { takes, help, form, flags };
}
type OptionSpecs = Readonly<Record<string, ReturnType<typeof option>>>;
export type OptionsOf<Specs extends OptionSpecs> = z.output<
  z.ZodMiniObject<{ [Name in keyof Specs]: Specs[Name]['form'] }>
>;

export const flagOption = (help: string) => option('', help, z._default(z.boolean(), false));
export const textOption = (takes: string, help: string) => option(takes, help, z.exactOptional(nonEmptyText));
/** Likewise, where it is `standard` if it is left out. */
export const textOr = (standard: string, takes: string, help: string, flags?: string) =>
  option(takes, help, z._default(nonEmptyText, standard), flags);

export const answerOptions = { json: flagOption('answer as JSON') };

export const stackOptions = {
  ...answerOptions,
  /** `true` when the folder was left out. */
  local: option(
    '[folder]',
    'the platform that runs on this machine (in the data folder of npm start)',
    z.exactOptional(z.union([z.literal(true), nonEmptyText])),
  ),
  stack: textOption(
    '<name>',
    'the deployed stack, such as AzumutaErp-ghent-production (default: that of AZUMUTA_STACK, else the only one there)',
  ),
  region: textOption('<region>', 'AWS region of the stack (default: that of the AWS profile)'),
};

export const defaultConfigFile = 'integration.config.ts';

export const configOption = {
  config: textOr(
    defaultConfigFile,
    '<file>',
    `the plant's configuration file (default: plants/<plant>.config.ts of a deployed stack if it is there, else ${defaultConfigFile})`,
    '-c, --config <file>',
  ),
};

export const plantOptions = { ...stackOptions, ...configOption };

/** Columns in which an option is explained, at least: in a narrower terminal the lines are longer than it is. */
const narrowestHelp = 16;

export interface OperatorCommand<Options> {
  /** As it is typed: `npm run <name> --`. */
  readonly name: string;
  readonly parser: Command;
  readonly form: z.ZodMiniType<Options>;
}

export function defineCommand<const Specs extends OptionSpecs>({
  name,
  description,
  help,
  words = {},
  options,
}: {
  /** As it is typed: `npm run <name> --`. */
  readonly name: string;
  readonly description: string;
  /** What its help ends with: examples, and the exit codes. */
  readonly help: string;
  /** Its words, each with what the help says of it: `<action>`, or `[order]` where it may be left out. */
  readonly words?: Readonly<Record<string, string>>;
  readonly options: Specs;
}): OperatorCommand<OptionsOf<Specs>> {
  const parser = new Command(`npm run ${name} --`)
    .description(description)
    .configureHelp({ minWidthToWrap: narrowestHelp })
    .addHelpText('after', () => foldedHelp(help, terminalWidth()))
    .helpOption('-h, --help', 'show this help')
    .allowExcessArguments(false)
    .showHelpAfterError('Add --help for examples.')
    .exitOverride();
  for (const [word, meaning] of Object.entries(words)) parser.argument(word, meaning);
  for (const [key, { takes, help: meaning, flags }] of Object.entries(options)) {
    const name = key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
    parser.option(flags ?? `--${name} ${takes}`.trimEnd(), meaning);
  }
  const forms = Object.fromEntries(Object.entries(options).map(([key, { form }]) => [key, form]));
  // Made from the options, so each has its form.
  return { name, parser, form: z.object(forms) as z.ZodMiniType<unknown> as z.ZodMiniType<OptionsOf<Specs>> };
}

/** Options that `where` says, or that a command to copy does not need. */
const namedByWhere: ReadonlySet<string> = new Set([...Object.keys(plantOptions), 'go']);

/**
 * The command line that does what was shown, to copy: each word and option as it was typed, `--go`, and the stack. An option
 * that a command gets later is in it without being named here.
 * @param where The options that name the stack.
 */
export function commandToCopy<T extends object>(
  { name, parser }: OperatorCommand<T>,
  { words = [], options }: { readonly words?: readonly string[]; readonly options: T },
  where: string,
): string {
  const given = new Map<string, unknown>(Object.entries(options));
  const typed = parser.options.flatMap((one) => {
    const key = one.attributeName();
    const value = given.get(key);
    const isLeftOut = value === undefined || value === false;
    if (namedByWhere.has(key) || isLeftOut) return [];
    return value === true ? [one.long ?? ''] : [one.long ?? '', shellWord(String(value))];
  });
  const quoted = words.map((word) => shellWord(word));
  return ['npm run', name, '--', ...quoted, ...typed, '--go', where].join(' ');
}

/** A value that was given. @param complain Makes the error of an invalid one; it gets where and why. */
export function parseOrComplain<T>(
  schema: z.ZodMiniType<T>,
  given: unknown,
  complain: (why: string) => Error,
): T {
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

export interface TypedCommandLine<T> {
  readonly options: T;
  readonly words: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: ProgressDisplay;
}

/** The stack that a command line names, as the function behind the command needs it. */
export interface NamedStack<Dependencies> {
  readonly name: string;
  /** The options that name it. */
  readonly where: string;
  readonly dependencies: Dependencies;
  /** Adds to a reason who types it. */
  readonly sign: (because: string) => Promise<string>;
}

/** What follows an option that takes a word is no word of the command. @throws UsageError naming an invalid option. */
export function readCommandLine<T extends object>(
  { parser, form }: OperatorCommand<T>,
  commandLine: readonly string[],
): Omit<TypedCommandLine<T>, 'signal' | 'progress'> {
  parser.parse(commandLine, { from: 'user' });
  const { args: words, registeredArguments } = parser;
  const known = new Set(parser.options.flatMap(({ long, short }) => [long, short]));
  const [taker, taken] = Object.entries(parser.opts()).find(([, word]) => word && known.has(word)) ?? [];
  if (taken)
    throw new UsageError(`--${taker} takes a word, and ${taken} follows it: type the word in between.`);
  const complain = (why: string) =>
    new UsageError(`The command line is invalid: ${why.replaceAll('$.', '--')}.`);
  const options = parseOrComplain(form, parser.opts(), complain);
  const local = 'local' in options ? options.local : undefined;
  const mayBeWord = typeof local === 'string' && words.length < registeredArguments.length;
  if (mayBeWord && !existsSync(local))
    throw new UsageError(
      `There is no folder ${local} for --local. If that is a word of the command, type it first: ${parser.name()} ${[...words, local].map((word) => shellWord(word)).join(' ')} --local`,
    );
  return { words, options };
}

/** Facts for other programs (`--json`), or lines for a person. */
export interface CommandAnswer {
  readonly facts: unknown;
  readonly lines: readonly string[];
  /** Default: done. */
  readonly exit?: keyof typeof exits;
}

/**
 * Runs a command as this process: parses the command line, passes on Ctrl-C as an aborted signal, prints the answer, or
 * what went wrong as a sentence, and sets the exit code.
 */
export async function runCommand<T extends { readonly json: boolean }>(
  command: OperatorCommand<T>,
  act: (typed: TypedCommandLine<T>) => Promise<CommandAnswer>,
  commandLine: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const ending = new AbortController();
  const progress = createProgress();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // The second signal does not wait for an orderly end.
      if (ending.signal.aborted) process.exit(exits.interrupted);
      ending.abort();
    });
  }
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endQuietly);
  try {
    const typed = readCommandLine(command, commandLine);
    const answering = act({ ...typed, signal: ending.signal, progress });
    const { facts, lines, exit = 'done' } = await answering.finally(progress.end);
    if (typed.options.json) sayJson(facts);
    else for (const line of lines) say(line);
    process.exitCode = exits[exit];
  } catch (error) {
    process.exitCode = exitOfError(error);
    // The parser has printed its own complaint already.
    if (!(error instanceof CommanderError)) process.stderr.write(`${complaintLines(error).join('\n')}\n`);
  }
}

function complaintLines(error: unknown): string[] {
  return foldedProse(
    printable(sentenceForOperator(error)),
    process.stderr.columns || Number.POSITIVE_INFINITY,
  );
}

/** A reader that stops early (`| head`) is no failure. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

function exitOfError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exits.done : exits.usage;
  const ofTheCaller = error instanceof UsageError || error instanceof ConfigurationError;
  return ofTheCaller ? exits.usage : exits.failed;
}

/** The message of an error. The usual complaints of AWS's SDK and of the system become sentences that say what to do. */
export function sentenceForOperator(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  const reason = reasonOf(error);
  if (name === 'CredentialsProviderError')
    return 'There are no AWS credentials here: log in (aws sso login), or set AWS_PROFILE.';
  if (/Region is missing/.test(reason)) return 'Say in which region the stack is: --region or AWS_REGION.';
  if (/^Expired|ExpiredToken/.test(name)) return 'The AWS credentials have expired: log in again.';
  const ofSystem = systemSentenceOf(error);
  if (ofSystem !== undefined) return ofSystem;
  if (name === 'TimeoutError' || /\btimed out\b|no answer in time/i.test(reason))
    return `${sentence(reason)} Nothing is lost: try it again.`;
  return reason;
}

/** @param text An ISO time with zone, or an ISO date: when that day begins at the plant. @throws UsageError */
export function momentOf(text: string, timeZone: string): Date {
  if (isDate(text)) return startOfDay(timeZone, text);
  const instant = utcInstant(text);
  if (instant !== undefined) return new Date(instant);
  throw new UsageError(`"${text}" is not a time: use 2026-12-01 or 2026-12-01T06:00:00Z.`);
}
