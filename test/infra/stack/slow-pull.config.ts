import sample from '../../../integration.config.ts';
import { defineIntegration } from '../../../shared/integration/index.ts';

/** The sample plant with a pull every half an hour. */
export default defineIntegration({
  ...sample,
  plant: 'slow',
  azumuta: {},
  deployment: { alarmEmails: ['it@plant.example'] },
  schedule: { pull: { everyMinutes: 30, from: '2026-12-01T06:00:00Z' } },
});
