/**
 * `note_private` is a TEXT of MySQL (htdocs/install/mysql/tables/llx_mrp_mo-mrp.sql:28): what is longer is refused,
 * without a word of the database.
 */
export const maxNoteBytes = 65_535;

/**
 * A note as it is stored (htdocs/core/lib/functions.lib.php:8781, `dol_htmlwithnojs`, as seen on 22.0.4): only `<br>`
 * is left of the tags we send, and none in what is taken for plain text (:8843); and what might be a handler of an
 * event is cut, wherever it stands.
 */
export function cleaned(note: string): string {
  const kept = isHtml(note) ? note.replace(/<(?!br>)[^>]*>/g, '') : note.replace(/<[^>]*>/g, '');
  return kept.replace(handler, '');
}

/** functions.lib.php:8950 to :8957. What begins as another of them is left out. */
const handler = new RegExp(
  `on(${[
    'mouse|drag|key|load|touch|pointer|select|transition',
    'abort|after|animation|auxclick|before|blur|cancel|canplay|change|click|close|contextmenu|cuechange|copy|cut',
    'dblclick|drop|durationchange|emptied|end|error|focus|formdata|gotpointercapture|hashchange|input|invalid',
    'lostpointercapture|offline|online|pagehide|pageshow',
    'paste|pause|play|progress|ratechange|reset|resize|scroll|search|seeked|seeking|show|stalled|start|submit|suspend',
    'timeupdate|toggle|unload|volumechange|waiting|wheel',
    'repeat|begin|finish',
  ].join('|')})[a-z]*\\s*=`,
  'gi',
);

/** `dol_textishtml` (:9244), which looks for tags once it has dropped all URLs, up to the next blank or quote. */
function isHtml(note: string): boolean {
  return /<br>|&[a-z0-9]{1,6};/i.test(note.replace(/https?:\/\/[^"'\s]+/gi, ''));
}
