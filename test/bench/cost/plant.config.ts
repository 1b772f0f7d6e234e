import sample from '../../../integration.config.ts';
import { defineIntegration } from '../../../shared/integration/index.ts';

/** The plant for which the month is computed: the sample, with a pull every five minutes. */
export default defineIntegration({
  plant: 'billed',
  timeZone: 'Europe/Brussels',
  erp: sample.erp,
  completions: sample.completions,
  schedule: { pull: { everyMinutes: 5, from: '2026-12-01T06:00:00Z' } },
  deployment: { alarmEmails: ['it@plant.example'] },
});
