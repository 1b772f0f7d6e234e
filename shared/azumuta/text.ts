/** A name: plain text or a language map, `{ "en": "…", "nl": "…" }` (both seen). */
export type Text = string | Readonly<Record<string, string | null>>;

/**
 * The words of a name that is plain or a language map: the preferred language, else `en`, else the first that
 * has words.
 */
export function textIn(text: Text | null | undefined, language: string): string | undefined {
  if (typeof text === 'string') return text || undefined;
  if (!text) return undefined;
  return text[language] || text.en || Object.values(text).find((words) => words) || undefined;
}

/** Whether it is a language map: `{ id: … }` alone is rather something with an id than Indonesian. */
export function isLanguageMap(value: unknown): value is Readonly<Record<string, string | null>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  const isWords = ([key, words]: (typeof entries)[number]) =>
    /^[a-z]{2}([-_][a-z\d]+)*$/i.test(key) && (words === null || typeof words === 'string');
  return entries.every(isWords) && !(entries.length === 1 && 'id' in value);
}
