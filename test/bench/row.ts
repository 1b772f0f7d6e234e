/** One line of the table. */
export interface Row {
  readonly figure: string;
  readonly measured: string;
  readonly against: string;
  readonly wanted: string;
  /** Nothing when there is nothing to reach. */
  readonly reached?: boolean;
}
