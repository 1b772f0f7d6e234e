/** One line of the table. */
export interface Row {
  readonly figure: string;
  readonly measured: string;
  readonly against: string;
  readonly wanted: string;
  /** Undefined if there is no target. */
  readonly reached?: boolean;
}
