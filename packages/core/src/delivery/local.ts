import type { DeliveryState } from '../exchange.ts';
import type { Tree } from '../tree.ts';

/** How a run ended for the delivery that started it. */
export type Result =
  /** Answer with this; undefined is `success`. */
  | { readonly state: 'answer'; readonly tree: Tree | undefined }
  /** Another owner has the run: its reply counts. */
  | { readonly state: 'lost' }
  /** The next delivery runs it again. */
  | { readonly state: 'again' };

/** A run of this process, as the deliveries of its message find it. */
export interface LocalRun {
  /** What the handler sees as `exchange.delivery`: the newest delivery. */
  readonly delivery: { -readonly [K in keyof DeliveryState]: DeliveryState[K] };
  /** When the window of that delivery closes, on the account's clock. */
  closing: number;
  /**
   * How the run ended for the delivery that started it. Rejects only when a store failed and no
   * `onError` answers for it: the platform's next try may find it again.
   */
  readonly result: Promise<Result>;
  /** Takes the reply when nothing but the store stands between it and the delivery. */
  takeReady(): { readonly tree?: Tree | undefined } | undefined;
  /** Tells that the last delivery was answered without the reply. */
  giveUp(): void;
}
