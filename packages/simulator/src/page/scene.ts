import type { Simulator } from '../simulator.ts';
import type { Journal } from './journal.ts';
import type { Uploads } from './media.ts';
import type { Recorder } from './record.ts';

/** The tools of an action. */
export interface Scene {
  readonly simulator: Simulator;
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly uploads: Uploads;
  /** Returns the address of a file, which the bot can reach too. */
  readonly createAddress: (mediaId: string) => string;
}

/** Starts an action of a user. */
export type Sending = () => Promise<unknown>;
