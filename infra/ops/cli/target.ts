import { existsSync, readdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod/mini';
import { reconcileDefaults } from '../../../shared/integration/schema.ts';
import { tableInMode } from '../../../shared/ledger/shadow-table.ts';
import type { DueTerms } from '../../../shared/model/due.ts';
import type { Mode } from '../../../shared/model/mode.ts';
import type { QueueName } from '../../../shared/model/queues.ts';
import { roles } from '../../../shared/model/roles.ts';
import { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { jsonOf } from '../../../shared/platform/json.ts';
import { shellWord } from '../../../shared/platform/shell-word.ts';
import type { Persons } from '../../../shared/situation/words.ts';
import { loadIntegration } from '../../build/load-configuration.ts';
import { findEmulator } from '../../local/emulator/data-folder.ts';
import type { LocalCredentials } from '../../local/emulator/iam/principals.ts';
import { type OperatorLedger, operatorLedger } from '../../local/operator-clients.ts';
import { createProgress } from '../../local/progress.ts';
import { azumutaSandboxBaseUrl } from '../../local/sandbox/api.ts';
import { defaultConfigFile, type OptionsOf, type stackOptions, UsageError } from './command.ts';
import { findStack } from './find-stack.ts';
import { listStacks } from './list-stacks.ts';

/** The stack that a command works on: deployed, or run by the platform on this machine. */
export interface Target {
  readonly name: string;
  readonly stackName: string;
  /** The options that name it on a command line. */
  readonly options: readonly string[];
  readonly local: boolean;
  /** Addresses of the partners' sandboxes, if a local platform runs with them. */
  readonly sandboxes?: { readonly azumuta: string; readonly erp: string } | undefined;
  /** Options of every AWS client; those that are missing come from the operator's own AWS settings. */
  readonly aws: {
    readonly region?: string;
    readonly endpoint?: string;
    readonly credentials?: LocalCredentials;
    readonly maxAttempts: number;
  };
  readonly outputs: Readonly<Record<string, string>>;
  /** One of the outputs. @throws UsageError when the stack does not have it, as it is older than this command. */
  readonly output: (name: string) => string;
}

export type Where = Partial<OptionsOf<typeof stackOptions>>;

const maxAttempts = 5;

/** The options that name this stack, for commands that messages suggest. @param config For one that reads it. */
export function optionsForTarget(
  { options }: Pick<Target, 'options'>,
  config: string = defaultConfigFile,
): string {
  const words = config === defaultConfigFile ? options : [...options, '--config', config];
  return words.map((word) => shellWord(word)).join(' ');
}

/** Names the stack where the command line does not. */
export const stackVariable = 'AZUMUTA_STACK';

/**
 * The stack that the command line names; else the one of `AZUMUTA_STACK`, else the only one in the region, which is said.
 * @throws UsageError when none is named and there is none, or more than one.
 */
export async function findTarget({ local, stack, region }: Where): Promise<Target> {
  if (local !== undefined && stack !== undefined)
    throw new UsageError('Choose one: --local for this machine, or --stack for a deployed one.');
  if (local === true) return localTarget(onlyPlatform(), ['--local']);
  if (local !== undefined) return localTarget(platformIn(local), ['--local', local]);
  const { during } = createProgress();
  if (stack !== undefined) return during('Looking for the stack', deployedTarget(stack, region));
  const variable = process.env[stackVariable];
  const taken = variable || (await during('Looking for the stack', onlyStack(region)));
  const target = await deployedTarget(taken, region);
  // On the other stream, as the answers of --json stay clean.
  process.stderr.write(
    `Stack: ${target.name} (${variable ? `from ${stackVariable}` : 'the only one there'}).\n`,
  );
  return target;
}

/** @throws UsageError with what to type. */
async function onlyStack(given: string | undefined): Promise<string> {
  const toType = `Say which stack: --stack AzumutaErp-<plant>-<stage> for a deployed one (or set ${stackVariable}), or --local for the platform on this machine.`;
  const client = new CloudFormationClient({ maxAttempts, ...(given !== undefined && { region: given }) });
  const names = await client.config
    .region()
    .then(() => listStacks(client))
    .catch((cause: unknown) => {
      throw new UsageError(toType, { cause });
    });
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return only;
  throw new UsageError(only === undefined ? toType : `${toType} There are ${names.join(', ')}.`);
}

/** Calls the queues at the endpoint of the target, and not at the host in their URLs. */
export function sqsOf({ aws }: Target): SQSClient {
  return new SQSClient({ ...aws, useQueueUrlAsEndpoint: false });
}

/** The ledger of the stack's mode: what a stack in shadow has decided is apart from what was done live. */
export function ledgerOf(target: Pick<Target, 'aws' | 'output' | 'outputs'>): OperatorLedger {
  const client = new DynamoDBClient(target.aws);
  const name = target.output('LedgerTable');
  return operatorLedger(tableInMode(modeOf(target), client, name));
}

/** The live ledger, of which a stack in shadow only reads. */
export function liveLedgerOf({ aws, output }: Pick<Target, 'aws' | 'output'>): OperatorLedger {
  return operatorLedger(new Table(new DynamoDBClient(aws), output('LedgerTable')));
}

export function modeOf({ outputs }: Pick<Target, 'outputs'>): Mode {
  return outputs.Mode === 'shadow' ? 'shadow' : 'live';
}

/** @throws UsageError in shadow, where nothing needs a person as it would live. */
export function checkLive(target: Pick<Target, 'outputs'>): void {
  if (modeOf(target) === 'live') return;
  throw new UsageError(nothingDoneInShadow);
}

export const nothingDoneInShadow =
  'The stack is in shadow, where nobody ends or repeats anything: what was open before waits until it is live again, and what shadow decides is only looked at.';

/** By what the views of a stack say that an order is late; one of 0.3.0 does not output its grace. */
export function dueTermsOfTarget({ output, outputs }: Pick<Target, 'output' | 'outputs'>): DueTerms {
  const graceHours = Number(outputs.GraceHours ?? reconcileDefaults.graceHours);
  return { timeZone: output('TimeZone'), graceHours };
}

/** The queues of a stack. @throws UsageError when the stack does not output one of them. */
export function queueUrlsOf({ output }: Pick<Target, 'output'>) {
  return {
    'product-orders': output('ProductOrdersQueue'),
    completions: output('CompletionsQueue'),
    'dead-letters': output('DeadLetterQueue'),
  } satisfies Readonly<Record<QueueName | 'dead-letters', string>>;
}

const personsSchema = z.partialRecord(z.enum(roles), z.string());

/** Who acts for the plant, by their part; nobody is named where the stack is older, or the plant names nobody. */
export function personsOf({ outputs }: Pick<Target, 'outputs'>): Persons {
  return z.safeParse(personsSchema, jsonOf(outputs.Persons ?? '')).data ?? {};
}

/** Who signs what an operator does: the user of this machine, and their identity at AWS. */
export async function operatorOf({ aws, local }: Target): Promise<string> {
  const { username } = userInfo();
  if (local) return username;
  const { Arn = 'unknown to AWS' } = await new STSClient(aws).send(new GetCallerIdentityCommand({}));
  return `${username}, ${Arn}`;
}

export const minNote = 5;
export const maxNote = 500;

/** Why a person did something, and who it was: kept with the order. @throws UsageError */
export function signedNote(why: string, by: string): string {
  const note = why.replace(/\s+/g, ' ').trim();
  if (note.length >= minNote && note.length <= maxNote) return `${note} (signed by ${by})`;
  throw new UsageError(
    `Say in ${minNote} to ${maxNote} characters why, for everybody who looks up the order later.`,
  );
}

const failureSchema = z.object({ errorMessage: z.string() });

/** Calls a function, once and without retries. @param name Output of the stack that holds its name. */
export async function invokeStackFunction<T>(
  { aws, output }: Target,
  name: string,
  schema: z.ZodMiniType<T>,
  event: object = {},
): Promise<T> {
  const FunctionName = output(name);
  const lambda = new LambdaClient({ ...aws, maxAttempts: 1 });
  const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) });
  const { FunctionError, Payload } = await lambda.send(command);
  const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8') || 'null');
  if (FunctionError === undefined) return z.parse(schema, answer);
  const { data } = z.safeParse(failureSchema, answer);
  throw new Error(`The function ${FunctionName} failed: ${data?.errorMessage ?? FunctionError}`);
}

async function deployedTarget(stack: string, given: string | undefined): Promise<Target> {
  const aws = { maxAttempts, ...(given === undefined ? {} : { region: given }) };
  const client = new CloudFormationClient(aws);
  const region = await client.config.region();
  const found = await findStack(client, stack);
  if (!found)
    throw new UsageError(
      `There is no stack ${stack} in ${region}: check its name, --region and AWS_PROFILE.`,
    );
  const { Outputs: outputs = [] } = found;
  return withReader({
    name: `${stack} in ${region}`,
    stackName: stack,
    options: ['--stack', stack, ...(given === undefined ? [] : ['--region', given])],
    local: false,
    aws,
    outputs: Object.fromEntries(
      outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    ),
  });
}

function localTarget({ folder, address }: RunningPlatform, options: readonly string[]): Target {
  const { region, awsEndpoint: endpoint, credentials, stackName, outputs, sandboxes } = address;
  const name = `${stackName} on this machine (${folder})`;
  const aws = { region, endpoint, credentials, maxAttempts };
  return withReader({ name, stackName, options, local: true, sandboxes, aws, outputs });
}

function withReader(found: Omit<Target, 'output'>): Target {
  // Whatever a command says about a stack, it names it.
  const target = { ...found, name: modeOf(found) === 'shadow' ? `${found.name}, in shadow` : found.name };
  const output = (name: string): string => {
    const value = target.outputs[name];
    if (value !== undefined) return value;
    const stack = target.stackName;
    throw new UsageError(`The stack ${stack} has no output ${name}: deploy it again with this version.`);
  };
  return { ...target, output };
}

type RunningPlatform = ReturnType<typeof runningIn>[number];

/** The platforms that run in these folders, or in their own one below (`npm start -- --data`). */
function runningIn(folders: readonly string[]) {
  return folders
    .flatMap((folder) => [folder, join(folder, 'platform')])
    .flatMap((folder) => {
      const address = findEmulator(folder);
      return address ? [{ folder, address }] : [];
    });
}

function platformIn(given: string): RunningPlatform {
  const [running] = runningIn([resolve(given)]);
  if (running) return running;
  const why = existsSync(given) ? `No platform runs in ${given}` : `There is no folder ${given}`;
  throw new UsageError(`${why}: start a platform there with npm start -- --data ${shellWord(given)}.`);
}

/** Folders that platforms make when none is named. */
const temporaryFolders = /^(azumuta-erp|local-platform)-/;

function onlyPlatform(): RunningPlatform {
  const names = readdirSync(tmpdir()).filter((name) => temporaryFolders.test(name));
  const running = runningIn(names.map((name) => join(tmpdir(), name)));
  const [first, ...others] = running;
  if (!first)
    throw new UsageError(
      'No platform runs in a temporary folder of this machine: npm start, or --local <folder>.',
    );
  if (others.length > 0) {
    const folders = running.map(({ folder }) => `  --local ${shellWord(folder)}`).join('\n');
    throw new UsageError(`Several platforms run on this machine; say which:\n${folders}`);
  }
  return first;
}

/**
 * Loads the configuration of the stack's plant at its stage, from its file on this machine. Its `process.env` is that of
 * this machine, with the addresses of the sandboxes for a local platform, as when that was synthesized.
 * @param given Where that is the default, the demo's: of a deployed stack, the plant's own in `plants/`.
 * @throws ConfigurationError when it does not load; UsageError when it is another plant's.
 */
export async function configurationOf(
  { stackName, sandboxes, local, output }: Pick<Target, 'stackName' | 'sandboxes' | 'local' | 'output'>,
  given: string,
) {
  if (sandboxes) {
    process.env.AZUMUTA_BASE_URL = azumutaSandboxBaseUrl(sandboxes.azumuta);
    process.env.ERP_BASE_URL = sandboxes.erp;
  }
  const plant = output('Plant');
  const own = `plants/${plant}.config.ts`;
  const isOwn = !local && given === defaultConfigFile && existsSync(own);
  const file = isOwn ? own : given;
  const { integration } = await loadIntegration(file, output('Stage'));
  if (integration.plant === plant) return { integration, file };
  throw new UsageError(
    `${file} is the configuration of plant ${integration.plant}, but ${stackName} is the stack of plant ${plant}: name that plant's file with --config.`,
  );
}
