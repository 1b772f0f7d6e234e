import { fromJSONSchema } from 'zod';
import * as z from 'zod/mini';

// Importing `zod` gives all schemas of this process English messages, also those of the tests that run after this one.
z.config({ localeError: undefined });

export { fromJSONSchema };
