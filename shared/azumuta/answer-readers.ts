import type { RecordedComponent, RecordedStep } from '../model/completions.ts';
import { made } from '../model/unread.ts';
import { isRecord, nameIn } from '../platform/json.ts';
import type { AzumutaContract } from './contract.ts';
import {
  type Form,
  fieldsIn,
  type Reading,
  type ReadResource,
  resourceReader,
  untold,
} from './field-readers.ts';
import type { Article, AzumutaProductOrder, AzumutaRecording, WorkInstruction } from './resources.ts';
import {
  amountForm,
  changed,
  instantForm,
  isOneOf,
  listForm,
  nameForm,
  orNone,
  parametersForm,
  recordedForm,
  wordsForm,
} from './value-forms.ts';

/** What an operation asks for. `keyOf` reads the number or id by which an entry of a list is recognised. */
export interface Resource<T> {
  readonly keyOf: ReadResource<string>;
  readonly read: ReadResource<T>;
}

type ReadIn<T> = (json: unknown, contract: AzumutaContract, reading: Reading) => T;

/** Readers of Azumuta's answers by the contract, by the operation that is answered. */
export function createAnswerReaders(contract: AzumutaContract) {
  const numberOf = (name: 'article' | 'productOrder') =>
    resourceReader((json, reading) => requiredName(fieldsIn(json, contract, name, reading), 'number'));
  const idOf = (name: 'productOrder' | 'recording' | 'workInstruction') =>
    resourceReader((json, reading) => requiredName(fieldsIn(json, contract, name, reading), 'id'));
  const by = <T>(read: ReadIn<T>) => resourceReader((json, reading) => read(json, contract, reading));
  return {
    findArticle: { keyOf: numberOf('article'), read: by(articleIn) },
    findProductOrder: { keyOf: numberOf('productOrder'), read: by(productOrderIn) },
    idInList: { keyOf: numberOf('productOrder'), read: idOf('productOrder') },
    readProductOrder: { keyOf: idOf('productOrder'), read: by(productOrderIn) },
    createProductOrder: by(createdProductOrderIn),
    readRecording: { keyOf: idOf('recording'), read: by(recordingIn) },
    readWorkInstruction: { keyOf: idOf('workInstruction'), read: by(workInstructionIn) },
  };
}

/** A number or id that must be there. It is empty only when it is invalid. */
function requiredName<Name extends string>(
  field: (name: Name, form: typeof nameForm, presence: 'required') => string | undefined,
  name: Name,
): string {
  return field(name, nameForm, 'required') ?? '';
}

function articleIn(json: unknown, contract: AzumutaContract, reading: Reading): Article {
  const field = fieldsIn(json, contract, 'article', reading);
  const variants = listForm((variant, within) => {
    const ofVariant = fieldsIn(variant, contract, 'variant', within);
    const id = requiredName(ofVariant, 'id');
    return { id, name: ofVariant('name', wordsForm(contract.language)) ?? id };
  });
  return {
    id: requiredName(field, 'id'),
    number: requiredName(field, 'number'),
    variants: field('variants', variants) ?? [],
  };
}

function createdProductOrderIn(json: unknown, contract: AzumutaContract, reading: Reading) {
  const field = fieldsIn(json, contract, 'createdProductOrder', reading);
  return made({
    id: requiredName(field, 'id'),
    number: field('number', nameForm),
    url: field('url', nameForm),
  });
}

function workInstructionIn(json: unknown, contract: AzumutaContract, reading: Reading): WorkInstruction {
  const field = fieldsIn(json, contract, 'workInstruction', reading);
  return made({ id: requiredName(field, 'id'), name: field('name', wordsForm(contract.language)) });
}

function productOrderIn(json: unknown, contract: AzumutaContract, { invalid }: Reading): AzumutaProductOrder {
  const words = wordsForm(contract.language);
  const number = requiredName(fieldsIn(json, contract, 'productOrder', untold()), 'number');
  const field = fieldsIn(json, contract, 'productOrder', { invalid, whose: `product order ${number}` });
  const recordingIds = listForm((entry, reading) =>
    plainOr(entry, () => fieldsIn(entry, contract, 'recordingRef', reading)('id', nameForm, 'required')),
  );
  const [id, own] = [requiredName(field, 'id'), requiredName(field, 'number')];
  const status = field('status', words, contract.trustTrigger ? 'optional' : 'stated');
  return made({
    id,
    number: own,
    url: field('url', orNone(words)),
    status,
    completed: status !== undefined && isOneOf(contract.completedStatuses)(status),
    completedAt: field('completedAt', instantForm),
    article: field('article', nameForm),
    parameters: field('parameters', parametersForm(contract)) ?? {},
    variants:
      field(
        'variants',
        listForm((variant, reading) => variantIn(variant, contract, reading)),
        'lazy',
      ) ?? [],
    recordingIds: field(
      'recordings',
      changed(recordingIds, (ids) => [...new Set(ids)]),
    ),
  });
}

/** An entry that is an id itself, or an object in which `read` finds the id. */
function plainOr(entry: unknown, read: () => string | undefined): string | undefined {
  return (isRecord(entry) ? undefined : nameIn(entry)) || read();
}

function variantIn(json: unknown, contract: AzumutaContract, reading: Reading): string | undefined {
  const field = fieldsIn(json, contract, 'variant', reading);
  const id = () => field('id', nameForm, 'required');
  return field('name', wordsForm(contract.language)) ?? plainOr(json, id);
}

function recordingIn(json: unknown, contract: AzumutaContract, { invalid }: Reading): AzumutaRecording {
  const words = wordsForm(contract.language);
  const id = requiredName(fieldsIn(json, contract, 'recording', untold()), 'id');
  const field = fieldsIn(json, contract, 'recording', { invalid, whose: `recording ${id}` });
  const workInstruction = (instructionId: string) =>
    made({
      id: instructionId,
      version: field('workInstructionVersion', amountForm),
      name: field('workInstructionName', words),
    });
  const instructionId = field('workInstructionId', nameForm);
  return made({
    id: requiredName(field, 'id'),
    productOrder: made({
      id: field('productOrderId', nameForm),
      number: field('productOrderNumber', nameForm),
    }),
    steps: field('steps', stepsForm(contract), 'stated') ?? [],
    components: field(
      'components',
      listForm((component, reading) => componentIn(component, contract, reading)),
      'lazy',
    ),
    workInstruction: instructionId === undefined ? undefined : workInstruction(instructionId),
    startedAt: field('startedAt', instantForm, 'lazy'),
    finishedAt: field('finishedAt', instantForm, 'lazy'),
    durationSeconds: field('durationSeconds', amountForm, 'lazy'),
    // An operator without a name is left out: there would be nothing to tell the ERP.
    operator: field('operator', orNone(words)),
    url: field('url', orNone(words)),
  });
}

function componentIn(json: unknown, contract: AzumutaContract, reading: Reading): RecordedComponent {
  const field = fieldsIn(json, contract, 'component', reading);
  return made({
    article: requiredName(field, 'article'),
    quantity: field('quantity', changed(amountForm, String)),
    unit: field('unit', wordsForm(contract.language)),
    lot: field('lot', nameForm),
  });
}

/** A step without a name is a heading; where none has a name, it is at another place. */
function stepsForm(contract: AzumutaContract): Form<readonly RecordedStep[]> {
  const list = listForm((step, reading) => stepIn(step, contract, reading));
  return {
    ...list,
    understand(value, reading) {
      const steps = list.understand(value, reading);
      if (Array.isArray(value) && !steps?.some((step) => 'name' in step))
        for (const step of value)
          fieldsIn(step, contract, 'step', reading)('name', wordsForm(contract.language), 'stated');
      return steps;
    },
  };
}

function stepIn(json: unknown, contract: AzumutaContract, { invalid, whose }: Reading): RecordedStep {
  const words = wordsForm(contract.language);
  const isPersonal = isOneOf(contract.personalStepTypes);
  const called = fieldsIn(json, contract, 'step', untold())('name', words) ?? 'without a name';
  const field = fieldsIn(json, contract, 'step', { invalid, whose: `${whose}, step "${called}"` });
  return made({
    id: field('id', nameForm, 'lazy'),
    name: field('name', words, 'lazy'),
    value: field('value', recordedForm(contract.language), 'lazy'),
    unit: field('unit', words, 'lazy'),
    ok: field('result', changed(words, isOneOf(contract.okResults)), 'lazy'),
    min: field('min', amountForm, 'lazy'),
    max: field('max', amountForm, 'lazy'),
    personal: field(
      'type',
      changed(words, (type) => isPersonal(type) || null),
      'lazy',
    ),
  });
}
