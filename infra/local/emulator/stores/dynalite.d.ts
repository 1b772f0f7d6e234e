declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** An implementation of DynamoDB's API on LevelDB; account and region come from the environment. */
  export default function dynalite(options: {
    /** Folder of the database; in memory without it. */
    path?: string;
    createTableMs?: number;
  }): Server;
}
