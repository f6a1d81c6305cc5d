import { randomInt } from 'node:crypto';
import type { DeliveryRecord } from '../events.ts';
import { type Route, send } from './delivery.ts';
import { sealProbe, sealVerification } from './envelope.ts';
import type { Response } from './transport.ts';

export interface Verification {
  readonly isRight: boolean;
  readonly problems: readonly string[];
  readonly delivery: DeliveryRecord;
}

/** Checks the bot's address as the console does when it is saved. */
export async function verify(route: Route): Promise<Verification> {
  const echostr = `${randomInt(1e9, 9e9)}${randomInt(1e9)}`;
  const { account, clock } = route;
  const { breakSignature } = route.faults();
  const sealed = account.pushFormat
    ? sealProbe(account.pushFormat, { breakSignature })
    : sealVerification(account, echostr, { now: clock.now(), breakSignature });
  const delivery = await send(sealed, 1, { number: 0, user: '' }, route);
  const problem = delivery.response
    ? (account.pushFormat ? probeProblem : echoProblem)(delivery.response, echostr)
    : (delivery.problem ?? 'no answer');
  return { isRight: problem === undefined, problems: problem ? [problem] : [], delivery };
}

/** Returns the fault of an answer to the probe of 微信云托管, which checks the status alone. */
function probeProblem({ status }: Pick<Response, 'status'>): string | undefined {
  return status === 200
    ? undefined
    : `the probe CheckContainerPath was answered ${status}, not 200`;
}

/** Returns why an answer is not the expected echo. */
function echoProblem({ status, body }: Response, echostr: string): string | undefined {
  if (status !== 200) return `the status is ${status}, not 200`;
  if (body === echostr) return undefined;
  if (body === JSON.stringify(echostr))
    return 'the echostr was returned in quotes: it was sent as JSON';
  if (body.trim() === echostr)
    return 'the echostr was returned with blanks or line feeds around it';
  if (body.includes(echostr)) return 'the answer has more than the echostr';
  if (body === '') return 'the answer is empty; it must be the echostr';
  return 'the answer is not the echostr';
}
