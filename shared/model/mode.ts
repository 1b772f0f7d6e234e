/** What a stack does with what it has decided: writes it to the partners, or only notes it. */
export const modes = ['live', 'shadow'] as const;
export type Mode = (typeof modes)[number];

/** Above all that is shown of a stack in shadow: its words are those of a live one. */
export const inShadowSays =
  'In shadow: nothing is written to Azumuta or the ERP. What is said here to be created, linked or booked would have been.';
