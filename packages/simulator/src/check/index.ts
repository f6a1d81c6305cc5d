import { randomInt } from 'node:crypto';
import { readAccount, readTarget } from '../account.ts';
import { type Clock, realClock } from '../clock.ts';
import { sealMessage, sealVerification } from '../push/envelope.ts';
import { pack } from '../push/parcel.ts';
import { createPerson } from '../push/person.ts';
import type { SentName } from '../push/samples.ts';
import { judge, openReply } from '../push/verdict.ts';
import type { SimulatorOptions } from '../simulator.ts';
import { type Answered, exchange } from './exchange.ts';
import { GOOD_ROWS } from './good-rows.ts';
import { HOSTILE_ROWS } from './hostile-rows.ts';
import { ODD_ROWS } from './odd-rows.ts';
import type { CheckResult } from './result.ts';
import { type CheckDesk, type Row, toRequest } from './row.ts';
import { SAFE_ROWS } from './safe-rows.ts';

export { formatResults } from './format.ts';
export type { CheckResult } from './result.ts';
export type { Words } from './row.ts';

export interface CheckOptions
  extends Pick<SimulatorOptions, 'token' | 'appid' | 'encodingAESKey' | 'mode' | 'account'> {
  /** The address of the webhook. */
  readonly target: string;
  /** The names of the rows that are wanted. Default: all that the mode has. */
  readonly only?: readonly string[];
  /** Told each result as it comes. */
  readonly onResult?: (result: CheckResult) => void;
  /** What the time, pauses and patience are taken from. Default: the time of this machine. */
  readonly clock?: Clock;
}

const ROWS: readonly Row[] = [...GOOD_ROWS, ...ODD_ROWS, ...HOSTILE_ROWS, ...SAFE_ROWS];

/**
 * Sends good, odd and hostile deliveries to a webhook, whoever wrote it, one after another.
 *
 * @example
 * const results = await runCheck({ target: 'http://localhost:3000/wechat', token: 'TOKEN' });
 * results.filter(({ passed }) => !passed);
 * @throws {NeedParamError} when the target or the token is missing
 * @throws {InvalidArgumentError} when an option is wrong
 */
export async function runCheck(options: CheckOptions): Promise<CheckResult[]> {
  const target = readTarget(options.target) as string;
  const account = readAccount(options);
  const { clock = realClock } = options;
  const person = createPerson('conformance', account.appid, clock.now());
  let messages = 0;
  const desk: CheckDesk = {
    account,
    openid: person.openid,
    message(type, fields = {}) {
      messages += 1;
      const about = { id: account.id, time: Math.floor(clock.now() / 1000) - 600 + messages };
      const isKnown = type !== 'something_new';
      const { fields: all } = pack(
        messages,
        person,
        (isKnown ? type : 'text') as SentName,
        {},
        about,
      );
      return { ...all, ...(!isKnown && { MsgType: type }), ...fields };
    },
    seal(message, { breakSignature = false, appid = account.appid } = {}) {
      return sealMessage({ ...account, appid }, message, {
        now: clock.now(),
        breakSignature,
        openid: person.openid,
      });
    },
  };

  const check = async (row: Row): Promise<CheckResult> => {
    const echostr = `${randomInt(1e9, 9e9)}`;
    const request =
      row.expected === 'echo'
        ? toRequest(sealVerification(account, echostr, { now: clock.now() }))
        : row.send(desk);
    const answers = await Promise.all(
      Array.from({ length: row.times ?? 1 }, () => exchange(target, request, clock)),
    );
    const problem =
      answers.map((answer) => problemOf(row, answer, echostr)).find(Boolean) ??
      (isAlike(answers) ? undefined : 'the same message was answered in two ways') ??
      (row.expected === 'survived' ? await deathOf() : undefined);
    const milliseconds = Math.max(...answers.map((answer) => answer.milliseconds));
    return { name: row.name, title: row.title, passed: !problem, why: problem, milliseconds };
  };

  /** Whether a good message is still answered. */
  const deathOf = async (): Promise<string | undefined> => {
    const problem = problemOf(
      GOOD,
      await exchange(target, toRequest(desk.seal(desk.message('text'))), clock),
      '',
    );
    return problem && `after it a good message failed: ${problem}`;
  };

  const problemOf = ({ expected }: Pick<Row, 'expected'>, answered: Answered, echostr: string) => {
    const { response, failure } = answered;
    if (failure === 'silent') return 'no answer within 5 s';
    if (expected === 'survived') return undefined;
    if (!response) return expected === 'refused' ? undefined : 'the connection broke off';
    if (expected === 'echo') return findEchoProblem(response, echostr);
    const { status, body } = response;
    const question = { openid: person.openid, msgType: 'event', now: clock.now() };
    const judged = judge(account, question, { ...response, plain: openReply(account, body) });
    if (expected === 'refused') {
      if (status === 200 && body.includes('refused')) return 'the echostr came back';
      return judged.verdict === 'reply' ? 'it was answered with a reply' : undefined;
    }
    return judged.verdict === 'toast' ? judged.problems.join('; ') : undefined;
  };

  const wanted = ROWS.filter(({ name, modes }) => {
    return (modes?.includes(account.mode) ?? true) && (options.only?.includes(name) ?? true);
  });
  const results: CheckResult[] = [];
  for (const row of wanted) {
    const result = await check(row);
    options.onResult?.(result);
    results.push(result);
  }
  return results;
}

function findEchoProblem(
  { status, body }: { status: number; body: string },
  echostr: string,
): string | undefined {
  if (status !== 200) return `the status is ${status}, not 200`;
  return body === echostr ? undefined : 'the answer is not the echostr, verbatim';
}

const GOOD = { expected: 'answered' } as const;

/** The time and the nonce of a reply may differ; what it says may not. */
function isAlike(answers: readonly Answered[]): boolean {
  const said = answers.map(({ response }) => {
    const body = response?.plain ?? response?.body ?? '';
    return body.includes('<Encrypt>')
      ? 'encrypted'
      : body.replace(/<CreateTime>\d+<\/CreateTime>/, '');
  });
  return new Set(said).size <= 1;
}
