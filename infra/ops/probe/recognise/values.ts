import { untold } from '../../../../shared/azumuta/field-readers.ts';
import { instantForm, isLanguageMap, nameForm } from '../../../../shared/azumuta/value-forms.ts';
import { readOrWhy, Unread } from '../../../../shared/model/unread.ts';
import { isRecord } from '../../../../shared/platform/json.ts';

export function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

export function isWordsMap(value: unknown): value is Readonly<Record<string, string | null>> {
  return isRecord(value) && Object.keys(value).length > 0 && isLanguageMap(value);
}

/** An id or a number as text; undefined for anything else. */
export function nameOf(value: unknown): string | undefined {
  return nameForm.understand(value, untold()) || undefined;
}

/** @returns Milliseconds since 1970, if the value is a time that a plant may have recorded. */
export function timeOf(value: unknown): number | undefined {
  const instant = isScalar(value) && value !== '' ? instantForm.understand(value, untold()) : undefined;
  const ms = instant ? Date.parse(instant) : Number.NaN;
  return ms > Date.UTC(2005, 0) && ms < Date.UTC(2100, 0) ? ms : undefined;
}

/** Whether a person reads the value as this text: in any language, `4,5` for 4.5, `yes` for true. */
export function reads(value: unknown, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (isWordsMap(value)) return Object.values(value).some((words) => reads(words, text));
  if (Array.isArray(value)) return value.some((each) => isScalar(each) && reads(each, text));
  if (typeof value === 'boolean')
    return (value ? ['yes', 'true', 'ja'] : ['no', 'false', 'nee']).includes(wanted);
  if (!isScalar(value) || value === '') return false;
  if (String(value).trim().toLowerCase() === wanted) return true;
  return /^-?\d+([.,]\d+)?$/.test(wanted) && Number(value) === Number(wanted.replace(',', '.'));
}

/** The languages in which a value reads as this text; none unless it is a language map. */
export function languagesOf(value: unknown, text: string): string[] {
  return isWordsMap(value) ? Object.keys(value).filter((language) => reads(value[language], text)) : [];
}

/** Whether a field, or an entry of its list, reads as this text; not where it cannot be understood. */
export function shows(field: () => unknown, text: string): boolean {
  const value = readOrWhy(field);
  return !(value instanceof Unread) && [value, ...[value].flat()].some((each) => reads(each, text));
}
