import { InvalidArgumentError } from '../errors.ts';
import { readObject, readVerdict } from './answers.ts';
import type { Connection } from './connection.ts';
import { createRefusal, isGeneral, NeedLoginError, type RetVerdict } from './errors.ts';
import type { BackEndAnswer } from './http.ts';
import { classic } from './requests.ts';
import type { NewArticle } from './shapes.ts';

const SEND = '/cgi-bin/singlesend';
/** The Python SDK's messages for wrong arguments. */
const WRONG: ReadonlyMap<number, string> = new Map([
  [-21, 'fake id not exist'],
  [10700, 'fake id not exist'],
  [10705, 'message id not exist'],
]);
/** Types of files: picture, voice, video; 4 is what the documentation calls a video. */
const FILE_TYPES: ReadonlyMap<number, number> = new Map([
  [2, 2],
  [3, 3],
  [4, 15],
  [15, 15],
]);
export async function sendMessage(connection: Connection, fakeid: string, content: string) {
  await connection.call(SEND, async (place) => {
    checkSent(await connection.send(classic.sendMessage(place, fakeid, content)));
  });
}

export async function sendNews(connection: Connection, fakeid: string, msgid: string) {
  await connection.call(SEND, async (place) => {
    checkSent(await connection.send(classic.sendNews(place, fakeid, msgid)));
  });
}

export async function sendFile(connection: Connection, fakeid: string, fid: string, given: number) {
  const type = FILE_TYPES.get(given);
  if (type === undefined) {
    throw new InvalidArgumentError('type must be 2 (picture), 3 (voice) or 15 (video)');
  }
  await connection.call(SEND, async (place) => {
    const answer = await connection.send(classic.sendFile(place, fakeid, fid, type));
    checkAccepted(SEND, 'file', answer);
  });
}

/**
 * Adds articles to the material.
 *
 * @throws {InvalidArgumentError} before anything is sent, when an article is wrong
 */
export async function addNews(connection: Connection, news: readonly NewArticle[]) {
  if (!Array.isArray(news) || news.length === 0) {
    throw new InvalidArgumentError('The news cannot be empty');
  }
  if (news.some(({ title, content }) => !title || !content)) {
    throw new InvalidArgumentError(
      'The news item needs to provide at least two arguments: title, content',
    );
  }
  const path = '/cgi-bin/operate_appmsg';
  await connection.call(path, async (place) => {
    checkAccepted(path, 'news', await connection.send(classic.addNews(place, news)));
  });
}

function checkSent(answer: BackEndAnswer): void {
  const verdict = readSendVerdict(SEND, answer);
  if (verdict.ret === 0) return;
  const wrong = WRONG.get(verdict.ret);
  throw wrong === undefined ? createRefusal(SEND, verdict) : new InvalidArgumentError(wrong);
}

/**
 * Checks that a file or articles were accepted.
 *
 * @throws {InvalidArgumentError} in the words of the back end, when it says what was wrong with it
 * @throws {UnofficialAPIError} for any other reason, as everywhere else
 */
export function checkAccepted(path: string, what: string, answer: BackEndAnswer): void {
  const verdict = readSendVerdict(path, answer);
  const { ret, errMsg } = verdict;
  if (ret === 0) return;
  if (isGeneral(ret)) throw createRefusal(path, verdict);
  throw new InvalidArgumentError(errMsg ?? `the ${what} was refused: ret ${ret}`);
}

/** Returns the back end's verdict on something that was sent. */
function readSendVerdict(path: string, answer: BackEndAnswer): RetVerdict {
  const verdict = readVerdict(readObject(path, answer), answer);
  if (verdict === undefined) throw new NeedLoginError(path);
  return verdict;
}
