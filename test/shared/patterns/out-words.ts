/** What we write: texts and names of the code, its comments, and documents. */
export type Kind = 'texts' | 'names' | 'comments' | 'documents';

export interface OutWord {
  readonly pattern: RegExp;
  /** What people read instead. */
  readonly say: string;
  /** How often it is still there. What is not named here is none, and stays none: a budget only shrinks. */
  readonly budget?: Partial<Record<Kind, number>>;
}

/** Words that people had to guess, or that had several meanings. */
export const outWords: Readonly<Record<string, OutWord>> = {
  mend: { pattern: /\bmend(s|ed|ing)?\b/i, say: 'fix' },
  'come again': { pattern: /\b(comes?|came|coming) again\b/i, say: 'is retried, or is repeated' },
  'not fit': { pattern: /\bnot fit\b|\bmisfits?\b|\bunfit\b/i, say: 'is invalid' },
  'put aside': { pattern: /\bput(s|ting)? (it |them )?aside\b/i, say: 'dead-lettered' },
  'work off': { pattern: /\bwork(s|ed|ing)? (it |them )?off\b/i, say: 'drained' },
  beside: { pattern: /\bbeside\b/i, say: 'besides, or next to' },
  'know no': { pattern: /\bknows? no\b/i, say: 'has no, or does not know' },
  'throw away': { pattern: /\bthrow(ing)? away\b/i, say: 'disposable' },
  'take it back': { pattern: /\btakes? it back\b/i, say: 'rolls back' },
  'were it': { pattern: /\bwere it\b/i, say: 'if it were' },
  Doors: { pattern: /\b(Doors|Deliveries|Picture)\b/, say: 'HttpApi, Bookings, Dashboard' },
  'line to confirm': { pattern: /\blines? that (is|are) to confirm\b/i, say: 'marked *to confirm*' },

  told: {
    pattern: /\btold\b/i,
    say: 'said, or shown',
    budget: { texts: 1, names: 4 },
  },
  anew: {
    pattern: /\banew\b/i,
    say: 'again, or decided again',
  },
  over: {
    pattern: /\b(is|are|was|were|be|been|being|not) over\b(?! \d)/i,
    say: 'has ended',
  },
  stays: {
    pattern: /\bstays\b/i,
    say: 'remains, keeps, or is still',
  },
  'as it is': { pattern: /\bas it is(?=[.,;:!?)”*]|$)/i, say: 'unchanged' },
  'is so': { pattern: /\bis so\b(?=[.,;:)]|$| no\b| any\b| now\b)/i, say: 'is true, or what it is' },
  'of its own': {
    pattern: /\bof its own\b/i,
    say: 'its own …, or separate',
  },
  'see to': { pattern: /\b(must|has to|to) see to\b/i, say: 'needs a person' },
  letter: {
    pattern: /(?<!\b(?:dead|small|capital)[ -]|[/"]|beginning with a )\bletters?\b(?!,? (and )?digits)/i,
    say: 'dead letter',
    budget: { texts: 7, names: 2, comments: 1 },
  },
  'once more': { pattern: /\bonce more\b/i, say: 'again' },
  'kept of a person': { pattern: /\bkept of (a|each|one) person\b/i, say: 'personal data' },
  'the doors': { pattern: /\bthe doors?\b/i, say: 'the endpoints' },
  ill: { pattern: /\bill\b/i, say: 'failing' },
  'who it is': { pattern: /\bwho it is that\b/i, say: 'who' },
};
