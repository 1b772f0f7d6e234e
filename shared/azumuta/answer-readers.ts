import type { RecordedComponent, RecordedStep } from '../model/completions.ts';
import { made } from '../model/unread.ts';
import { isRecord, nameIn } from '../platform/json.ts';
import { type Form, fieldsIn, type Reading, readingBy } from './field-readers.ts';
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

export type AzumutaProductOrder = ReturnType<typeof productOrderIn>;
export type AzumutaRecording = ReturnType<typeof recordingIn>;
export type WorkInstruction = ReturnType<typeof workInstructionIn>;

/** A number or id that must be there. It is empty only when it is invalid. */
export function requiredName<Name extends string>(
  field: (name: Name, form: typeof nameForm, presence: 'required') => string | undefined,
  name: Name,
): string {
  return field(name, nameForm, 'required') ?? '';
}

export function articleIn(json: unknown, reading: Reading) {
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

export function createdProductOrderIn(json: unknown, reading: Reading) {
  const field = fieldsIn(json, 'createdProductOrder', reading);
  return made({
    id: requiredName(field, 'id'),
    number: field('number', nameForm),
    url: field('url', nameForm),
  });
}

export function workInstructionIn(json: unknown, reading: Reading) {
  const field = fieldsIn(json, 'workInstruction', reading);
  return made({ id: requiredName(field, 'id'), name: field('name', wordsForm) });
}

export function productOrderIn(json: unknown, reading: Reading) {
  const { contract } = reading;
  const named = fieldsIn(json, 'productOrder', reading);
  const [id, number] = [requiredName(named, 'id'), requiredName(named, 'number')];
  const field = fieldsIn(json, 'productOrder', { ...reading, whose: `product order ${number}` });
  const status = field('status', wordsForm, contract.trustTrigger ? 'optional' : 'stated');
  return made({
    id,
    number,
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

export function productOrderIdIn(json: unknown, reading: Reading): string {
  return requiredName(fieldsIn(json, 'productOrder', reading), 'id');
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

export function recordingIn(json: unknown, reading: Reading) {
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
