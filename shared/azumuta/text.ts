import type { Text } from './schemas.ts';

/**
 * The words of a name that is plain or a language map: the preferred language, else `en`, else the first that
 * has words.
 */
export function textIn(text: Text | null | undefined, language: string): string | undefined {
  if (typeof text === 'string') return text || undefined;
  if (!text) return undefined;
  return text[language] || text.en || Object.values(text).find((words) => words) || undefined;
}
