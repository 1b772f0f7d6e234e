import {
  isNoSubstitutionTemplateLiteral,
  isStringLiteral,
  isTemplateExpression,
  type Node,
} from 'typescript/unstable/ast';
import { handedOut, ownSecrets, stackSecretNames } from '../../infra/ops/secrets/secret-store.ts';
import { flowNames } from '../../shared/ledger/records/pauses.ts';
import {
  type Advice,
  adviceOnConcerns,
  adviceOnDeadLetters,
  adviceOnOthers,
  adviceOnUnfiled,
} from '../../shared/situation/advice.ts';
import { setCredentials } from '../../shared/situation/words.ts';
import { foundIn } from '../shared/patterns/collect-patterns.ts';

interface SourceCommand {
  readonly file: string;
  /** As it is written there; what is put in when it is printed stands as `‹expression›`. */
  readonly text: string;
}

/**
 * Every command that a text in the source of these folders names: in alerts, on pages, in findings, errors and help.
 * A command ends where two blanks, a comma, a parenthesis, the sentence or the line end it: what follows explains it.
 */
export function commandsInSource(root: string, folders: readonly string[]): SourceCommand[] {
  return foundIn(root, folders, (node, file) =>
    commandsInText(textOf(node) ?? '').map((text) => ({ file, text })),
  );
}

function textOf(node: Node): string | undefined {
  if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!isTemplateExpression(node)) return undefined;
  const spans = node.templateSpans.map(
    ({ expression, literal }) => `‹${expression.getText()}›${literal.text}`,
  );
  return node.head.text + spans.join('');
}

/** A script that is named without options is its name alone. */
const beginning =
  /npm run (?:-s )?(?:[\w:]+|‹[^›]*›)(?: -- )?|npm start(?: -- )?|npx cdk \w+(?: (?=-|‹|aws:))?|aws(?: [a-z]+(?:-[a-z]+)*){2}(?: (?=-))?/g;
/** What stands in quotes, and what is put in, belongs to the command with all of its signs. */
const piece = /"[^"\n]*"|'[^'\n]*'|‹[^›]*›|./gs;
const ending = /^(?: {2}|\n|[()`]|[,.:;](?:\s|$))/;

export function commandsInText(text: string): string[] {
  return Array.from(text.matchAll(beginning), ({ 0: begin, index }) => {
    if (!begin.endsWith(' ')) return begin;
    const rest = text.slice(index + begin.length);
    let length = 0;
    for (const [each] of rest.matchAll(piece)) {
      if (ending.test(rest.slice(length))) break;
      length += each.length;
    }
    return (begin + rest.slice(0, length)).trim();
  });
}

const advised: readonly Advice[] = [adviceOnDeadLetters, adviceOnConcerns, adviceOnOthers]
  .flatMap((table): Advice[] => Object.values(table))
  .concat(adviceOnUnfiled);
/** What follows the script in the commands of the advice: `give-up <number>`. */
const endingsAdvised = advised.flatMap(({ steps }) =>
  steps.flatMap(({ types = '' }) => /^npm run orders -- (.*?) --/.exec(types)?.[1] ?? []),
);

const where = ['--stack <stack>'];
const flowsNamed = ['all', ...flowNames];
/** What stands where an expression is put into a command; where one means several things, with its file. */
const fillings: Readonly<Record<string, readonly string[]>> = {
  where,
  commands: where,
  'optionsForTarget(target)': where,
  'optionsForTarget(this.#target)': where,
  'optionsForTarget(target, config)': ['--stack <stack> --config plants/ghent.config.ts'],
  'stackOption(stack)': where,
  stack: ['<stack>'],
  'shellWord(stack)': ['<stack>'],
  'Stack.of(scope).stackName': ['<stack>'],
  file: ['plants/ghent.config.ts'],
  plant: ['ghent'],
  folder: ['.'],
  'shellWord(given)': ['.'],
  order: ['<number>'],
  word: ['<number>'],
  'shellWord(one)': ['<number>'],
  figures: ['440'],
  what: endingsAdvised,
  "again.join(' ')": ['settle <number> changed', 'remake <number>'],
  'shellWord(because)': ['"An has booked it"'],
  'selectionOf(options)': ['--all', '--order <number>', '--reason "no article"'],
  flow: flowsNamed,
  pauseOrResume: ['pause', 'resume'],
  'shared/situation/problems.ts name': flowNames,
  'infra/ops/cli/command.ts name': ['doctor'],
  'infra/ops/secrets/command.ts name': handedOut,
  'infra/ops/secrets/secret-store.ts name': ownSecrets,
  'infra/ops/doctor/check-partners.ts name': stackSecretNames,
  secret: stackSecretNames,
  'setCredentials[partner]': Object.values(setCredentials),
  'infra/ops/secrets/command.ts then': ['finish', 'show'],
  Account: ['111122223333'],
  region: ['eu-west-1'],
  context: ['-c config=plants/ghent.config.ts -c stage=production'],
  topicArn: ['arn:aws:sns:eu-west-1:111122223333:alerts'],
  'shellWord(address)': ['it@plant.example'],
  TableName: ['<table>'],
  ledgerTimeToLive: ['expiresAt'],
};

/** The commands that this one may be when it is printed. @throws Error naming an expression that nothing stands for. */
export function filledCommands({ file, text }: SourceCommand): readonly string[] {
  const [gap, expression = ''] = /‹([^›]*)›/.exec(text) ?? [];
  if (gap === undefined) return [text];
  const filled = fillings[`${file} ${expression}`] ?? fillings[expression];
  if (!filled?.length)
    throw new Error(
      `${file} names the command ${text}: write into the fillings what may stand for ‹${expression}›.`,
    );
  return filled.flatMap((value) => filledCommands({ file, text: text.replace(gap, () => value) }));
}
