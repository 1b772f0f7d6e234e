import sample from '../../integration.config.ts';
import { defineIntegration } from '../../shared/integration/index.ts';

/** The sample plant with pages, for the systems of tests: so what the sample leaves out runs with what it has. */
export default defineIntegration({
  ...sample,
  deployment: { ...sample.deployment, pages: { validHours: 24 } },
});
