import type { Simulator } from '../simulator.ts';
import type { Journal } from './journal.ts';
import type { Uploads } from './media.ts';
import type { Recorder } from './record.ts';

/** What an action works with. */
export interface Scene {
  readonly simulator: Simulator;
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly uploads: Uploads;
  /** Where a medium can be fetched, by the bot as well. */
  readonly createAddress: (mediaId: string) => string;
}

/** Has a user do something. */
export type Sending = () => Promise<unknown>;
