/** What we need of the context that Lambda hands to a function. */
export interface Invocation {
  readonly awsRequestId: string;
  readonly getRemainingTimeInMillis: () => number;
}
