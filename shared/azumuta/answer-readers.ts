import type { RecordedComponent, RecordedStep } from '../model/completions.ts';
import { made } from '../model/unread.ts';
import { isRecord, nameIn } from '../platform/json.ts';
import type { AzumutaContract } from './contract.ts';
import {
  type Form,
  fieldsIn,
  type Reading,
  type ReadResource,
  readingBy,
  resourceReader,
} from './field-readers.ts';
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

export type AzumutaProductOrder = ReturnType<typeof productOrderIn>;
export type AzumutaRecording = ReturnType<typeof recordingIn>;
export type WorkInstruction = ReturnType<typeof workInstructionIn>;

/** Readers of Azumuta's answers by the contract, by the operation that is answered. */
export function createAnswerReaders(contract: AzumutaContract) {
  const by = <T>(read: (json: unknown, reading: Reading) => T) => resourceReader(contract, read);
  const numberOf = (name: 'article' | 'productOrder') =>
    by((json, reading) => requiredName(fieldsIn(json, name, reading), 'number'));
  const idOf = (name: 'productOrder' | 'recording' | 'workInstruction') =>
    by((json, reading) => requiredName(fieldsIn(json, name, reading), 'id'));
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

function articleIn(json: unknown, reading: Reading) {
  const field = fieldsIn(json, 'article', reading);
  return {
    id: requiredName(field, 'id'),
    number: requiredName(field, 'number'),
    variants: field('variants', listForm(articleVariantIn)) ?? [],
  };
}

function articleVariantIn(json: unknown, reading: Reading) {
  const field = fieldsIn(json, 'variant', reading);
  const id = requiredName(field, 'id');
  return { id, name: field('name', wordsForm) ?? id };
}

function createdProductOrderIn(json: unknown, reading: Reading) {
  const field = fieldsIn(json, 'createdProductOrder', reading);
  return made({
    id: requiredName(field, 'id'),
    number: field('number', nameForm),
    url: field('url', nameForm),
  });
}

function workInstructionIn(json: unknown, reading: Reading) {
  const field = fieldsIn(json, 'workInstruction', reading);
  return made({ id: requiredName(field, 'id'), name: field('name', wordsForm) });
}

function productOrderIn(json: unknown, reading: Reading) {
  const { contract } = reading;
  const named = fieldsIn(json, 'productOrder', reading);
  const [id, number] = [requiredName(named, 'id'), requiredName(named, 'number')];
  const field = fieldsIn(json, 'productOrder', { ...reading, whose: `product order ${number}` });
  const status = field('status', wordsForm, contract.trustTrigger ? 'optional' : 'stated');
  return made({
    ...{ id, number },
    url: field('url', orNone(wordsForm)),
    status,
    completed: status !== undefined && isOneOf(contract.completedStatuses)(status),
    completedAt: field('completedAt', instantForm),
    article: field('article', nameForm),
    parameters: field('parameters', parametersForm) ?? {},
    variants: field('variants', listForm(variantIn), 'lazy') ?? [],
    // Undefined when the answer does not list recordings, which is not the same as an empty list.
    recordingIds: field(
      'recordings',
      changed(listForm(recordingIdIn), (ids) => [...new Set(ids)]),
    ),
  });
}

/** An entry that is an id itself, or an object in which `read` finds the id. */
function plainOr(entry: unknown, read: () => string | undefined): string | undefined {
  return (isRecord(entry) ? undefined : nameIn(entry)) || read();
}

function recordingIdIn(json: unknown, reading: Reading): string | undefined {
  return plainOr(json, () => fieldsIn(json, 'recordingRef', reading)('id', nameForm, 'required'));
}

function variantIn(json: unknown, reading: Reading): string | undefined {
  const field = fieldsIn(json, 'variant', reading);
  return field('name', wordsForm) ?? plainOr(json, () => field('id', nameForm, 'required'));
}

function recordingIn(json: unknown, reading: Reading) {
  const id = requiredName(fieldsIn(json, 'recording', reading), 'id');
  const field = fieldsIn(json, 'recording', { ...reading, whose: `recording ${id}` });
  const workInstruction = (instructionId: string) =>
    made({
      id: instructionId,
      version: field('workInstructionVersion', amountForm),
      name: field('workInstructionName', wordsForm),
    });
  const instructionId = field('workInstructionId', nameForm);
  return made({
    id,
    productOrder: made({
      id: field('productOrderId', nameForm),
      number: field('productOrderNumber', nameForm),
    }),
    steps: field('steps', stepsForm, 'stated') ?? [],
    components: field('components', listForm(componentIn), 'lazy'),
    workInstruction: instructionId === undefined ? undefined : workInstruction(instructionId),
    startedAt: field('startedAt', instantForm, 'lazy'),
    finishedAt: field('finishedAt', instantForm, 'lazy'),
    durationSeconds: field('durationSeconds', amountForm, 'lazy'),
    // An operator without a name is left out: there would be nothing to tell the ERP.
    operator: field('operator', orNone(wordsForm)),
    url: field('url', orNone(wordsForm)),
  });
}

function componentIn(json: unknown, reading: Reading): RecordedComponent {
  const field = fieldsIn(json, 'component', reading);
  return made({
    article: requiredName(field, 'article'),
    quantity: field('quantity', changed(amountForm, String)),
    unit: field('unit', wordsForm),
    lot: field('lot', nameForm),
  });
}

/** A step without a name is a heading; where none has a name, it is at another place. */
const stepsForm: Form<readonly RecordedStep[]> = {
  expected: 'a list',
  understand(value, reading) {
    const steps = listForm(stepIn).understand(value, reading);
    if (Array.isArray(value) && !steps?.some((step) => 'name' in step))
      for (const step of value) fieldsIn(step, 'step', reading)('name', wordsForm, 'stated');
    return steps;
  },
};

function stepIn(json: unknown, reading: Reading): RecordedStep {
  const { contract } = reading;
  const isPersonal = isOneOf(contract.personalStepTypes);
  const called = fieldsIn(json, 'step', readingBy(contract))('name', wordsForm) ?? 'without a name';
  const field = fieldsIn(json, 'step', { ...reading, whose: `${reading.whose}, step "${called}"` });
  return made({
    id: field('id', nameForm, 'lazy'),
    name: field('name', wordsForm, 'lazy'),
    value: field('value', recordedForm, 'lazy'),
    unit: field('unit', wordsForm, 'lazy'),
    ok: field('result', changed(wordsForm, isOneOf(contract.okResults)), 'lazy'),
    min: field('min', amountForm, 'lazy'),
    max: field('max', amountForm, 'lazy'),
    personal: field(
      'type',
      changed(wordsForm, (type) => isPersonal(type) || null),
      'lazy',
    ),
  });
}
