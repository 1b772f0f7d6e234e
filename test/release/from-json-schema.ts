import { fromJSONSchema } from 'zod';
import * as z from 'zod/mini';

// The first schema of `zod` gives all schemas of this process English messages, also in the tests that run after this
// one, unless messages are configured.
z.config({ localeError: () => undefined });

export { fromJSONSchema };
