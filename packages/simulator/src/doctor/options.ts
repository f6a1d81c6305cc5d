import type { Clock } from '../clock.ts';
import type { SimulatorOptions } from '../simulator.ts';

/** What the doctor is told of a webhook. */
export interface DiagnoseOptions
  extends Pick<
    SimulatorOptions,
    'token' | 'appid' | 'encodingAESKey' | 'mode' | 'account' | 'cloud'
  > {
  /** The address that is, or will be, in the console. */
  readonly target: string;
  /** What the time and patience are taken from. Default: the time of this machine. */
  readonly clock?: Clock;
}
