import { createLedger } from '../../shared/ledger/ledger.ts';
import { testClock } from './clock.ts';
import { startDynalite } from './dynamodb.ts';
import { forAllTests } from './for-all-tests.ts';
import { modelledTable } from './modelled-table.ts';

/** A ledger on a table, by default an empty model of one, with a clock that stands still until the test moves it. */
export function ledgerOn(table = modelledTable(), clock = testClock(), settlingSeconds = 300) {
  return { table, clock, ledger: createLedger({ table, clock, settlingSeconds }) };
}

/** The same on dynalite, which all tests of a file share. */
export async function ledgerOnDynalite(clock = testClock()) {
  return ledgerOn((await forAllTests(startDynalite())).table, clock);
}
