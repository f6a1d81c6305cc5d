import type { Clock } from '../clock.ts';
import type { DeliveryRecord, SimulatorEvent } from '../events.ts';
import type { Faults } from '../faults.ts';
import type { WireFields } from '../wire.ts';
import type { AccountSettings } from '../world.ts';
import { type Sealed, sealMessage } from './envelope.ts';
import type { ReplyVerdict } from './reply.ts';
import type { Response, Transport } from './transport.ts';
import { describeStatus, judge, openReply } from './verdict.ts';

/**
 * Milliseconds after which the platform closes the connection, and the total number of attempts:
 * https://developers.weixin.qq.com/doc/service/guide/product/message/Receiving_standard_messages.html
 */
const PATIENCE = 5000;
const TRIES = 3;
/**
 * Number of attempts answered with a status other than 200, which are repeated at once with the
 * same query: https://tb.rustfisher.com/2021/08/03/NestJS/mp-wx-http-status-code
 */
const REFUSALS = 4;

/** A message in delivery: what stays the same for each attempt. */
export interface Parcel {
  /** Counts up; identifies the message. */
  readonly number: number;
  /** The name of the sender, for the log. */
  readonly user: string;
  readonly fields: WireFields;
}

export interface Route {
  readonly account: AccountSettings;
  readonly clock: Clock;
  readonly transport: Transport;
  /** Returns the current faults. */
  readonly faults: () => Faults;
  readonly emit: (event: SimulatorEvent) => void;
  /** Aborts when the simulator is closed. */
  readonly closed: AbortSignal;
}

export interface Delivered extends ReplyVerdict {
  readonly deliveries: readonly DeliveryRecord[];
}

/** Delivers a message as the platform does: until it is answered, three or four times at most. */
export async function deliver(parcel: Parcel, route: Route): Promise<Delivered> {
  const { account, clock, closed } = route;
  const { fields } = parcel;
  const deliveries: DeliveryRecord[] = [];
  let silent = 0;
  let refused = 0;
  let sealed: Sealed | undefined;
  while (silent < TRIES && !closed.aborted) {
    sealed ??= seal(parcel, route);
    const record = await tryOnce(parcel, sealed, deliveries.length + 1, route);
    deliveries.push(record);
    const { response } = record;
    if (!response) {
      silent += 1;
      sealed = undefined;
      // A connection that fails is tried again when one without an answer would be.
      const left = record.startedAt + PATIENCE - clock.now();
      if (silent < TRIES && left > 0) await clock.sleep(left, closed);
      continue;
    }
    if (response.status !== 200) refused += 1;
    if (response.status !== 200 && refused < REFUSALS) continue;
    const question = {
      openid: `${fields['FromUserName'] as string}`,
      msgType: `${fields['MsgType'] as string}`,
      now: clock.now(),
    };
    return { ...judge(account, question, response), deliveries };
  }
  const problems = deliveries.map(({ attempt, problem }) => `try ${attempt}: ${problem ?? ''}`);
  return { verdict: 'toast', reply: undefined, problems, deliveries };
}

function seal({ fields }: Parcel, { account, clock, faults }: Route): Sealed {
  const { breakSignature } = faults();
  return sealMessage(account, fields, { now: clock.now(), breakSignature });
}

async function tryOnce(
  parcel: Parcel,
  sealed: Sealed,
  attempt: number,
  route: Route,
): Promise<DeliveryRecord> {
  const faults = route.faults();
  const { duplicate = 0 } = faults;
  const isLost = (faults.drop ?? 0) > 0;
  if (isLost) faults.drop = (faults.drop ?? 0) - 1;
  for (let copy = 0; copy < duplicate && !isLost; copy += 1) {
    void send(seal(parcel, route), attempt, parcel, route);
  }
  return await send(sealed, attempt, parcel, route, isLost);
}

/** Sends a sealed request, and waits for the answer as long as the platform does. */
export async function send(
  sealed: Sealed,
  attempt: number,
  { number, user }: Pick<Parcel, 'number' | 'user'>,
  route: Route,
  isLost = false,
): Promise<DeliveryRecord> {
  const { account, clock, transport, emit, closed } = route;
  const { method, body, plain } = sealed;
  const startedAt = clock.now();
  const end = new AbortController();
  const hangUp = () => end.abort();
  closed.addEventListener('abort', hangUp);
  const patience = clock.sleep(PATIENCE, end.signal).then(hangUp);
  let response: Response | undefined;
  let problem: string | undefined;
  try {
    if (isLost) throw new Error('lost on the way (a fault of the simulator)');
    const answer = await carry(sealed, route, end.signal);
    response = { ...answer, plain: openReply(account, answer.body) };
    if (response.status !== 200) problem = describeStatus(response);
  } catch (error) {
    problem = end.signal.aborted
      ? `no answer within ${PATIENCE / 1000} s: the platform hung up`
      : (error as Error).message;
  }
  end.abort();
  await patience;
  closed.removeEventListener('abort', hangUp);
  const delivery: DeliveryRecord = {
    message: number,
    attempt,
    request: { method, url: transport.createUrl(sealed), body, plain },
    response,
    startedAt,
    milliseconds: clock.now() - startedAt,
    problem,
  };
  emit({ type: 'delivery', user, delivery });
  return delivery;
}

/** Resolves with the answer or the timeout, whichever comes first: a webhook may ignore the signal. */
async function carry(sealed: Sealed, route: Route, signal: AbortSignal): Promise<Response> {
  const { delay = 0 } = route.faults();
  if (delay > 0) await route.clock.sleep(delay, signal);
  return await new Promise<Response>((resolve, reject) => {
    const leave = () => reject(new Error('hung up'));
    if (signal.aborted) return leave();
    signal.addEventListener('abort', leave, { once: true });
    route.transport.carry(sealed, signal).then(resolve, reject);
  });
}
