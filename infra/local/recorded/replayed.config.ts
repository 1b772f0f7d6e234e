import { sandboxErp } from '../../../integration.config.ts';
import { integrationAt } from '../../../shared/integration/define.ts';
import { defineIntegration } from '../../../shared/integration/index.ts';
import { mappingsOfReplay } from './replayed-plant.ts';

/** A plant whose Azumuta speaks as recorded. Its variables are set by `npm start -- --azumuta`, and written in here at synth. */
const contractOfReplay = process.env.REPLAYED_PLANT
  ? integrationAt((await import(process.env.REPLAYED_PLANT)).default, 'local').azumuta.contract
  : JSON.parse(process.env.REPLAYED_CONTRACT ?? '{}');

export default defineIntegration({
  plant: 'replayed',
  timeZone: 'Europe/Brussels',
  azumuta: { baseUrl: process.env.AZUMUTA_BASE_URL ?? 'https://azumuta.example', contract: contractOfReplay },
  erp: sandboxErp({ baseUrl: process.env.ERP_BASE_URL ?? 'https://erp.example.com' }),
  ...mappingsOfReplay(JSON.parse(process.env.REPLAYED_ORDER ?? '{}')),
});
