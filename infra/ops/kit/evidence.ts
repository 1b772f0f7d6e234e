import type { AzumutaContract, AzumutaContractSettings } from '../../../shared/azumuta/contract.ts';
import type { ParsedTrigger } from '../../../shared/azumuta/trigger.ts';
import type { RecordedStage } from '../../local/recorded/account-recording.ts';
import type { WatchedCall } from '../probe/account.ts';
import { rankedIdsIn } from '../probe/explore.ts';
import type { FieldFinding } from '../probe/recognise/findings.ts';
import { type FoundResources, orderIn } from '../probe/recognise/found.ts';
import { identifierOf } from '../probe/recognise/json-nodes.ts';
import { valueAtOwn } from '../probe/recognise/own-lines.ts';
import type { KitQuestionName } from './questions.ts';

/** What the kit makes, by its name in the account. */
export interface KitNames {
  readonly number: string;
  /** Of the one for an unknown article, if Azumuta should create that. */
  readonly otherNumber: string;
  readonly article: string;
  readonly parameter: string;
  readonly variant: string | undefined;
}

/** The figure that the kit writes into the parameter. */
export const kitQuantity = 37;

export interface SeenCall extends WatchedCall {
  readonly stage: RecordedStage;
}

export interface SeenTrigger {
  readonly stage: RecordedStage;
  readonly method: string;
  readonly rawQueryString: string;
  readonly body: string;
  readonly answered: number | undefined;
  /** Since the step began. */
  readonly ms: number;
  readonly parsed: ParsedTrigger;
}

/** What was recognised in the answers of one stage. */
export interface KitLook {
  readonly resources: FoundResources;
  readonly findings: readonly FieldFinding[];
}

/** Whatever the account has answered, and a person has typed: by it each assumption is judged. */
export interface KitEvidence {
  /** As the account was asked, with the lines that were given. */
  readonly contract: AzumutaContract;
  readonly given: AzumutaContractSettings;
  readonly names: KitNames;
  readonly answers: Readonly<Partial<Record<KitQuestionName, string>>>;
  readonly calls: readonly SeenCall[];
  readonly looks: Readonly<Partial<Record<RecordedStage, KitLook>>>;
  readonly triggers: readonly SeenTrigger[];
  /** When a stage began and ended. */
  readonly times: Readonly<Partial<Record<RecordedStage, { readonly from: number; readonly to: number }>>>;
  /** Answer to a call with an empty key. */
  readonly withoutKey?: number;
  /** A person was asked to create it by hand, and did not leave that out. */
  readonly isMadeByHand?: true;
  /** Why nothing more was asked. */
  readonly stopped?: string;
  /** Numbers of creates that nothing was answered to: they may be there. */
  readonly inDoubt: readonly string[];
  readonly created?: Act;
  /** The variant with which it was created. */
  readonly variantSent?: string;
  /** The same number again, and how many there are since. */
  readonly again?: Act & { readonly orders: number };
  /** One of an article that there is not, and how many orders it has made. */
  readonly unknownArticle?: Act & { readonly orders: number };
  /** Whether a list went on where its `next` led. */
  readonly nextPage?: boolean;
  /** Whether the order was completed as soon as its trigger came. */
  readonly completedAtTrigger?: boolean;
  /** The order that was opened again, was deleted, or is in a batch. */
  readonly shown: Readonly<
    Partial<Record<RecordedStage, { readonly status: number; readonly json: unknown }>>
  >;
  /** What the recording showed before a double check and after it. */
  readonly checked?: { readonly before: unknown; readonly after: unknown };
  /** The recording after its number was corrected. */
  readonly correctedRecording?: unknown;
}

export interface Act {
  readonly status: number;
  readonly json: unknown;
}

/** The order as it was shown last, while it was completed or open. */
export function orderSeen({ looks }: KitEvidence, stage?: RecordedStage) {
  const look = stage === undefined ? (looks.completed ?? looks.created) : looks[stage];
  return look && orderIn(look.resources);
}

/** By what the order was known to have as its id before this stage: what its creation answered, and where it was read. */
export function idsOfOrder({ created, contract, looks }: KitEvidence): readonly string[] {
  const answer = valueAtOwn(created?.json, contract.operations.createProductOrder.answer);
  const answered = valueAtOwn(answer, contract.createdProductOrder.id);
  const { readProductOrder, findProductOrder } = looks.created?.resources ?? {};
  const listed = findProductOrder && rankedIdsIn('productOrder.id', findProductOrder.resource);
  const all = [readProductOrder?.id, answered, ...(listed ?? []).map(({ value }) => value)];
  return [...new Set(all.flatMap((id) => identifierOf(id) ?? []))];
}

/** What was recognised of each line: in an order that is completed, else in the one that was created. */
export function findingsSeen({ looks }: KitEvidence): readonly FieldFinding[] {
  const later = looks.completed?.findings ?? [];
  const lines = new Set(later.map(({ line }) => line));
  const earlier = looks.created?.findings ?? [];
  return [...later, ...earlier.filter(({ line }) => !lines.has(line))];
}

export function recordingSeen({ looks }: KitEvidence) {
  return looks.completed?.resources.readRecording;
}
