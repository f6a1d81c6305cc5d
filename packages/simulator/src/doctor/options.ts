import type { Clock } from '../clock.ts';
import type { SimulatorOptions } from '../simulator.ts';

/** Options of the doctor: the webhook, as entered in the console. */
export interface DiagnoseOptions
  extends Pick<
    SimulatorOptions,
    'token' | 'appid' | 'encodingAESKey' | 'mode' | 'account' | 'cloud'
  > {
  /** The address that is, or will be, entered in the console. */
  readonly target: string;
  /** Clock of times and timeouts. Default: the system clock. */
  readonly clock?: Clock;
}
