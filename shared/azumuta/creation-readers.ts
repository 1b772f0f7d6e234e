import { definedFields } from '../model/unread.ts';
import { requiredName } from './answer-readers.ts';
import { type ContractReading, createFieldReader } from './field-readers.ts';
import { listForm, nameForm, wordsForm } from './value-forms.ts';

// What is read for a creation alone: the article that it is of, and what Azumuta answers.

export function articleIn(json: unknown, reading: ContractReading) {
  const field = createFieldReader(json, 'article', reading);
  return {
    id: requiredName(field, 'id'),
    number: requiredName(field, 'number'),
    variants: field('variants', listForm(articleVariantIn)) ?? [],
    raw: json,
  };
}

function articleVariantIn(json: unknown, reading: ContractReading) {
  const field = createFieldReader(json, 'variant', reading);
  const id = requiredName(field, 'id');
  return { id, name: field('name', wordsForm) ?? id };
}

export function createdProductOrderIn(json: unknown, reading: ContractReading) {
  const field = createFieldReader(json, 'createdProductOrder', reading);
  return definedFields({
    id: requiredName(field, 'id'),
    number: field('number', nameForm),
    url: field('url', nameForm),
  });
}
