import { describeErpConformance } from '../conformance/suite.ts';
import { sandboxCannot, sandboxTarget } from './target.ts';

describeErpConformance('the generic REST connector', sandboxTarget, sandboxCannot);
