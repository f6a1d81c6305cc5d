import { randomInt } from 'node:crypto';
import { readAccount, readTarget } from '../account.ts';
import { type Clock, realClock } from '../clock.ts';
import { sealMessage, sealProbe, sealVerification } from '../push/envelope.ts';
import { pack } from '../push/parcel.ts';
import { createPerson } from '../push/person.ts';
import type { SentName } from '../push/samples.ts';
import { describeStatus, judge, openReply } from '../push/verdict.ts';
import type { InCloud, SimulatorOptions } from '../simulator.ts';
import { CLOUD_ROWS } from './cloud-rows.ts';
import { type Answered, exchange } from './exchange.ts';
import { GOOD_ROWS } from './good-rows.ts';
import { HOSTILE_ROWS } from './hostile-rows.ts';
import { isQueryLost } from './lost-query.ts';
import { ODD_ROWS } from './odd-rows.ts';
import type { CheckResult } from './result.ts';
import { type CheckDesk, type Row, toRequest } from './row.ts';
import { SAFE_ROWS } from './safe-rows.ts';

export { formatResults } from './format.ts';
export type { CheckResult } from './result.ts';
export type { Words } from './row.ts';

export interface CheckOptions
  extends Pick<
    SimulatorOptions,
    'token' | 'appid' | 'encodingAESKey' | 'mode' | 'account' | 'cloud'
  > {
  /** The address of the webhook. */
  readonly target: string;
  /** The names of the checks to run. Default: all of the mode. */
  readonly only?: readonly string[];
  /** Called with each result as it arrives. */
  readonly onResult?: (result: CheckResult) => void;
  /** Clock of times, pauses and timeouts. Default: the system clock. */
  readonly clock?: Clock;
}

interface Checked {
  readonly result: CheckResult;
  /** Whether the bot no longer answers. */
  readonly isGone: boolean;
}

const isDeadly = ({ expected }: Row) => expected === 'survived';
/** The checks in order; those that may end a bot come last. */
const ROWS: readonly Row[] = [...GOOD_ROWS, ...ODD_ROWS, ...HOSTILE_ROWS, ...SAFE_ROWS].sort(
  (one, other) => Number(isDeadly(one)) - Number(isDeadly(other)),
);
/** The checks for pushes of 微信云托管. */
const PUSH_ROWS = [...CLOUD_ROWS, ...GOOD_ROWS.filter(({ expected }) => expected === 'answered')];
/** Milliseconds in which a bot must restart, and between two attempts to reach it. */
const COMES_BACK = 5000;
const LOOKS = 250;

/**
 * Sends valid, unusual and hostile deliveries to any webhook, one after another. Checks after one
 * that ended the bot are not run, and have no result.
 *
 * @example
 * const results = await runCheck({ target: 'http://localhost:3000/wechat', token: 'TOKEN' });
 * results.filter(({ passed }) => !passed);
 * @throws {NeedParamError} when the target or the token is missing
 * @throws {InvalidArgumentError} when an option is wrong
 */
export async function runCheck(
  options: CheckOptions | InCloud<CheckOptions>,
): Promise<CheckResult[]> {
  const target = readTarget(options.target) as string;
  const account = readAccount(options);
  const { clock = realClock } = options;
  const person = createPerson('conformance', account.appid, clock.now());
  let messages = 0;
  let hasAnswered = false;
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

  const sendGood = () => exchange(target, toRequest(desk.seal(desk.message('text'))), clock);
  const verify = (echostr: string) =>
    exchange(
      target,
      toRequest(
        account.pushFormat
          ? sealProbe(account.pushFormat, {})
          : sealVerification(account, echostr, { now: clock.now() }),
      ),
      clock,
    );
  /**
   * Returns whether the URL verification passes: if so, a refused message has another cause than
   * the token.
   */
  const isVerified = once(async () => {
    const echostr = createEchostr();
    const expected = account.pushFormat ? 'probed' : 'echo';
    return findProblem({ expected }, await verify(echostr), echostr) === undefined;
  });
  /** Returns the fault of a valid message before any hostile one was sent. */
  const findFirstProblem = once(async () => judgeAnswer(GOOD, await sendGood(), ''));

  const check = async (row: Row): Promise<Checked> => {
    const echostr = createEchostr();
    const first = isDeadly(row) ? await findFirstProblem() : undefined;
    const request = row.expected === 'echo' ? undefined : row.send(desk);
    const answers = await Promise.all(
      Array.from({ length: row.times ?? 1 }, () =>
        request ? exchange(target, request, clock) : verify(echostr),
      ),
    );
    const judged = await Promise.all(answers.map((answer) => judgeAnswer(row, answer, echostr)));
    const isCutOff = answers.some(({ failure }) => failure === 'gone');
    const after = isDeadly(row) ? await judgeAnswer(GOOD, await sendGood(), '') : undefined;
    const isGone = (isCutOff || after?.isGone === true) && !(await comesBack());
    const problem =
      judged.find(({ problem: found }) => found !== undefined)?.problem ??
      (isAlike(answers) ? undefined : 'the same message was answered in two ways') ??
      // A bot that did not stand a good message before need not do so now.
      (after?.problem === undefined || after.problem === first?.problem
        ? undefined
        : `after it a good message failed: ${after.problem}`);
    const result: CheckResult = {
      name: row.name,
      title: row.title,
      passed: problem === undefined && !isGone,
      why: isGone ? describeEnd(problem, hasAnswered) : problem,
      hints: [...new Set(judged.flatMap(({ hints }) => hints))],
      milliseconds: Math.max(...answers.map((answer) => answer.milliseconds)),
    };
    return { result, isGone };
  };

  /**
   * Returns whether a bot that closed the connection can be reached again, for example restarted by
   * a supervisor.
   */
  const comesBack = async (): Promise<boolean> => {
    for (let waited = 0; waited <= COMES_BACK; waited += LOOKS) {
      const { failure } = await verify(createEchostr());
      if (failure !== 'gone') return true;
      await clock.sleep(LOOKS);
    }
    return false;
  };

  const judgeAnswer = async (row: Pick<Row, 'expected'>, answered: Answered, echostr: string) => {
    const { response, failure } = answered;
    const isGone = failure === 'gone';
    hasAnswered ||= !isGone;
    const problem = findProblem(row, answered, echostr);
    if (row.expected === 'echo' && response && (await isQueryLost(target, response, clock))) {
      return { problem: `${problem}; ${LOST_QUERY}`, hints: [], isGone };
    }
    if (row.expected !== 'answered' || !response) return { problem, hints: [], isGone };
    if (response.status !== 200) {
      return { problem: describeStatus(response, await isVerified()), hints: [], isGone };
    }
    const hints = problem === undefined ? judgeResponse(response).problems : [];
    return { problem, hints, isGone };
  };

  const judgeResponse = (response: NonNullable<Answered['response']>) => {
    const question = { openid: person.openid, msgType: 'event', now: clock.now() };
    const plain = openReply(account, response.body);
    return judge(account, question, { ...response, plain });
  };

  const findProblem = (
    { expected }: Pick<Row, 'expected'>,
    answered: Answered,
    echostr: string,
  ) => {
    const { response, failure } = answered;
    if (failure === 'silent') return 'no answer within 5 s';
    if (expected === 'survived') return undefined;
    if (!response) return expected === 'refused' ? undefined : BROKEN[failure ?? 'gone'];
    if (isOfConsole(expected)) return findConsoleProblem(response, expected, echostr);
    const { verdict, problems } = judgeResponse(response);
    if (expected === 'refused') return findAcceptance(response, verdict);
    return verdict === 'toast' ? problems.join('; ') : undefined;
  };

  const wanted = (account.pushFormat ? PUSH_ROWS : ROWS).filter(({ name, modes }) => {
    return (modes?.includes(account.mode) ?? true) && (options.only?.includes(name) ?? true);
  });
  const results: CheckResult[] = [];
  for (const row of wanted) {
    const { result, isGone } = await check(row);
    options.onResult?.(result);
    results.push(result);
    if (isGone) break;
  }
  return results;
}

/** Describes a bot that nobody reaches: whether it has ended, or was never there. */
function describeEnd(problem: string | undefined, hasAnswered: boolean): string {
  if (!hasAnswered) return ABSENT;
  return problem === undefined ? GONE : `${problem}; ${GONE}`;
}

const isOfConsole = (expected: Row['expected']) => expected === 'echo' || expected === 'probed';

/** Returns how a message that had to be refused was accepted. */
function findAcceptance(
  { status, body }: { status: number; body: string },
  verdict: string,
): string | undefined {
  if (status === 200 && body.includes('refused')) return 'the echostr was returned';
  return verdict === 'reply' ? 'it was answered with a reply' : undefined;
}

/** Returns the fault in the answer to the console's URL verification. */
function findConsoleProblem(
  { status, body }: { status: number; body: string },
  expected: Row['expected'],
  echostr: string,
): string | undefined {
  if (status !== 200) return `the status is ${status}, not 200`;
  if (expected === 'probed' || body === echostr) return undefined;
  return 'the answer is not the echostr, verbatim';
}

const createEchostr = () => `${randomInt(1e9, 9e9)}`;

/** Returns a function that calls `make` on first use and then repeats its result. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const LOST_QUERY =
  'the answer is the same without any query: is the path right, and the token, or does a proxy drop the query?';
const GOOD = { expected: 'answered' } as const;
const GONE =
  'the bot has ended: nothing answers there any more, and what comes after was not checked';
const ABSENT =
  'nothing answers at this address: does the bot run, and are host and port right? Nothing else was checked';
const BROKEN = {
  gone: 'the connection broke off',
  cut: 'the connection broke off in the middle of the answer',
} as const;

/** Whether all answers are the same but for the time and the nonce of a reply. */
function isAlike(answers: readonly Answered[]): boolean {
  const said = answers.map(({ response }) => {
    const body = response?.plain ?? response?.body ?? '';
    return body.includes('<Encrypt>')
      ? 'encrypted'
      : body.replace(/<CreateTime>\d+<\/CreateTime>|"CreateTime":\d+/, '');
  });
  return new Set(said).size <= 1;
}
