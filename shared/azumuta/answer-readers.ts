import type { EachField, RecordedComponent, RecordedStep, Recording } from '../model/completions.ts';
import { shorten } from '../model/text.ts';
import { definedFields } from '../model/unread.ts';
import { isRecord, nameIn } from '../platform/json.ts';
import {
  type ContractReading,
  createFieldReader,
  type FieldForm,
  readFieldAt,
  startReading,
} from './field-readers.ts';
import {
  amountForm,
  convertedForm,
  instantForm,
  isOneOf,
  lenientForm,
  listForm,
  nameForm,
  parametersForm,
  recordedForm,
  wordsForm,
} from './value-forms.ts';

export type AzumutaProductOrder = ReturnType<typeof productOrderIn>;
export type AzumutaWorkInstruction = ReturnType<typeof workInstructionIn>;

/** What a mapping gets of a recording, and what only its reader needs. */
export interface AzumutaRecording extends Recording {
  /** Whose it is, where it says so. */
  readonly productOrder: { readonly id?: string; readonly number?: string };
  /** What it shows where it would say that nothing changes any more; undefined once it does. */
  readonly unsettled?: string;
}

/** A number or id that must be there. It is empty only when it is invalid. */
export function requiredName<Name extends string>(
  field: (name: Name, form: typeof nameForm, presence: 'required') => string | undefined,
  name: Name,
): string {
  return field(name, nameForm, 'required') ?? '';
}

export function workInstructionIn(json: unknown, reading: ContractReading) {
  const field = createFieldReader(json, 'workInstruction', reading);
  const { nameIn: namesAreIn } = reading.contract.step;
  const steps = namesAreIn === 'workInstruction' ? field('steps', listForm(instructionStepIn), 'stated') : [];
  return definedFields({
    id: requiredName(field, 'id'),
    name: field('name', wordsForm),
    /** Names of its steps by their ids. */
    steps: Object.fromEntries((steps ?? []).map(({ id, name }) => [id, name])),
  });
}

/** A step without a name is a heading: nothing looks for it. */
function instructionStepIn(json: unknown, reading: ContractReading) {
  const field = createFieldReader(json, 'instructionStep', reading);
  const id = requiredName(field, 'id');
  const name = field('name', wordsForm);
  return name === undefined ? undefined : { id, name };
}

export function productOrderIn(json: unknown, reading: ContractReading) {
  const { contract } = reading;
  const named = createFieldReader(json, 'productOrder', reading);
  const [id, number] = [requiredName(named, 'id'), requiredName(named, 'number')];
  const field = createFieldReader(json, 'productOrder', { ...reading, whose: `product order ${number}` });
  const status = field('status', wordsForm, contract.trustTrigger ? 'optional' : 'stated');
  return definedFields({
    id,
    number,
    url: field('url', lenientForm(wordsForm)),
    status,
    completed: status !== undefined && isOneOf(contract.completedStatuses)(status),
    completedAt: field('completedAt', instantForm),
    article: field('article', nameForm),
    parameters: field('parameters', parametersForm) ?? {},
    variants: field('variants', listForm(variantIn), 'lazy') ?? [],
    // Undefined when the answer does not list recordings, which is not the same as an empty list.
    recordingIds: field(
      'recordings',
      convertedForm(listForm(recordingIdIn), (ids) => [...new Set(ids)]),
    ),
  });
}

export function productOrderIdIn(json: unknown, reading: ContractReading): string {
  return requiredName(createFieldReader(json, 'productOrder', reading), 'id');
}

/** An entry that is an id itself, or an object in which `read` finds the id. */
function plainIdOr(entry: unknown, read: () => string | undefined): string | undefined {
  return (isRecord(entry) ? undefined : nameIn(entry)) || read();
}

export function recordingIdIn(json: unknown, reading: ContractReading): string | undefined {
  return plainIdOr(json, () => createFieldReader(json, 'recordingRef', reading)('id', nameForm, 'required'));
}

function variantIn(json: unknown, reading: ContractReading): string | undefined {
  const field = createFieldReader(json, 'variant', reading);
  return field('name', wordsForm) ?? plainIdOr(json, () => field('id', nameForm, 'required'));
}

/** A field that is added to a recording does not compile until it is read here, at a line of the contract. */
export function recordingIn(json: unknown, reading: ContractReading): AzumutaRecording {
  const id = requiredName(createFieldReader(json, 'recording', reading), 'id');
  const field = createFieldReader(json, 'recording', { ...reading, whose: `recording ${id}` });
  const workInstruction = (instructionId: string) => {
    const ofInstruction: EachField<NonNullable<Recording['workInstruction']>> = {
      id: instructionId,
      version: field('workInstructionVersion', amountForm),
      name: field('workInstructionName', wordsForm),
    };
    return definedFields(ofInstruction);
  };
  const instructionId = field('workInstructionId', nameForm);
  const fields: EachField<AzumutaRecording> = {
    id,
    productOrder: definedFields({
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
    operator: field('operator', lenientForm(wordsForm)),
    url: field('url', lenientForm(wordsForm)),
    unsettled: whyUnsettled(json, reading),
  };
  return definedFields(fields);
}

/** What a recording shows where it would say that nothing changes any more; undefined once it does, or where nothing is final later. */
function whyUnsettled(json: unknown, reading: ContractReading): string | undefined {
  const { settled } = reading.contract.recording;
  if (!settled) return undefined;
  const at = { line: 'recording.settled.path', place: settled.path };
  const word = readFieldAt(json, at, wordsForm, 'stated', reading);
  if (word === undefined) return 'nothing';
  return isOneOf(settled.is)(word) ? undefined : `"${shorten(word, mostOfStatus)}"`;
}

/** Characters of a status word that are repeated to people. */
const mostOfStatus = 40;

function componentIn(json: unknown, reading: ContractReading): RecordedComponent {
  const field = createFieldReader(json, 'component', reading);
  const fields: EachField<RecordedComponent> = {
    article: requiredName(field, 'article'),
    quantity: field('quantity', convertedForm(amountForm, String)),
    unit: field('unit', wordsForm),
    lot: field('lot', nameForm),
  };
  return definedFields(fields);
}

/** A step without a name is a heading; where none has a name, it is at another place. */
const stepsForm: FieldForm<readonly RecordedStep[]> = {
  expected: 'a list',
  understand(value, reading) {
    const steps = listForm(stepIn).understand(value, reading);
    const areNamedHere = reading.contract.step.nameIn === 'recording';
    const haveNoName = areNamedHere && !steps?.some((step) => 'name' in step);
    if (Array.isArray(value) && haveNoName)
      for (const step of value) createFieldReader(step, 'step', reading)('name', wordsForm, 'stated');
    return steps;
  },
};

function stepIn(json: unknown, reading: ContractReading): RecordedStep {
  const { contract } = reading;
  const isPersonal = isOneOf(contract.personalStepTypes);
  const isNamedHere = contract.step.nameIn === 'recording';
  // Its id says for a person which one it is, until its name is known.
  const [callsIt, form] = isNamedHere ? (['name', wordsForm] as const) : (['id', nameForm] as const);
  const called = createFieldReader(json, 'step', startReading(contract))(callsIt, form) ?? 'without a name';
  const field = createFieldReader(json, 'step', { ...reading, whose: `${reading.whose}, step "${called}"` });
  const fields: EachField<RecordedStep> = {
    id: field('id', nameForm, 'lazy'),
    name: isNamedHere ? field('name', wordsForm, 'lazy') : undefined,
    value: field('value', recordedForm, 'lazy'),
    unit: field('unit', wordsForm, 'lazy'),
    ok: field('result', convertedForm(wordsForm, isOneOf(contract.okResults)), 'lazy'),
    min: field('min', amountForm, 'lazy'),
    max: field('max', amountForm, 'lazy'),
    personal: field(
      'type',
      convertedForm(wordsForm, (type) => isPersonal(type) || null),
      'lazy',
    ),
  };
  return definedFields(fields);
}
