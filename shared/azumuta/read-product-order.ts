import type { ParameterValue } from '../model/orders.ts';
import type { AzumutaContract } from './contract.ts';
import {
  type Form,
  fieldsOf,
  instantForm,
  isOneOf,
  listForm,
  type Misfit,
  nameForm,
  type ReadField,
  told,
  valueForm,
  wordsForm,
} from './fields.ts';
import type { AzumutaProductOrder } from './resources.ts';

/** Reads a product order by the contract. */
export function productOrderReader(contract: AzumutaContract) {
  const words = wordsForm(contract.language);
  const field = fieldsOf('productOrder', contract.productOrder);
  const id = field('id', nameForm, 'required');
  const number = field('number', nameForm, 'required');
  const status = field('status', words, contract.trustTrigger ? 'optional' : 'stated');
  const completedAt = field('completedAt', instantForm);
  const article = field('article', nameForm);
  const parameters = field('parameters', parametersForm(contract));
  const variants = field('variants', listForm(variantReader(contract)));
  const recordings = field('recordings', listForm(recordingReader(contract)));
  const url = field('url', words);
  const isCompleted = isOneOf(contract.completedStatuses);
  return (json: unknown, misfits: Misfit[]): AzumutaProductOrder => {
    const ref = { id: id(json, misfits) ?? '', number: number(json, misfits) ?? '' };
    const state = status(json, misfits);
    const recordingIds = recordings(json, misfits);
    return {
      ...ref,
      ...told({ url: url(json, misfits) }),
      status: state,
      completed: state !== undefined && isCompleted(state),
      completedAt: completedAt(json, misfits),
      article: article(json, misfits),
      parameters: parameters(json, misfits) ?? {},
      variants: variants(json, misfits) ?? [],
      recordingIds: recordingIds && [...new Set(recordingIds)],
    };
  };
}

/** A list of parameters, or a map of values or of objects with one. */
function parametersForm(contract: AzumutaContract): Form<Readonly<Record<string, ParameterValue>>> {
  const field = fieldsOf('parameter', contract.parameter);
  const key = field('key', nameForm, 'required');
  const value = field('value', valueForm(contract.language), 'stated');
  const plain = valueForm(contract.language);
  return {
    expected: 'a map, or a list of parameters',
    understand(parameters, misfits) {
      if (!isObject(parameters)) return undefined;
      const pairs: (readonly [string | undefined, ParameterValue | null | undefined])[] = Array.isArray(
        parameters,
      )
        ? parameters.map((each) => [key(each, misfits), value(each, misfits)])
        : Object.entries(parameters).map(([name, each]) => [
            name,
            isObject(each) ? value(each, misfits) : each === null ? each : plain.understand(each, misfits),
          ]);
      return Object.fromEntries(
        pairs.flatMap(([name, known]) =>
          name === undefined || known === undefined || known === null ? [] : [[name, known]],
        ),
      );
    },
  };
}

/** The name of a variant, or its id where it tells none. */
function variantReader(contract: AzumutaContract): ReadField<string> {
  const field = fieldsOf('variant', contract.variant);
  const name = field('name', wordsForm(contract.language));
  const id = field('id', nameForm, 'required');
  return (json, misfits) =>
    isObject(json) ? (name(json, misfits) ?? id(json, misfits)) : plainName(json, misfits, id);
}

function recordingReader(contract: AzumutaContract): ReadField<string> {
  const id = fieldsOf('recordingRef', contract.recordingRef)('id', nameForm, 'required');
  return (json, misfits) => plainName(json, misfits, id);
}

/** An entry that is a name by itself; of anything else, `read` finds it or tells that it does not. */
function plainName(json: unknown, misfits: Misfit[], read: ReadField<string>): string | undefined {
  return (isObject(json) ? undefined : nameForm.understand(json, misfits)) || read(json, misfits);
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object';
}
