import { InvalidArgumentError } from '../errors.ts';
import { tellText } from '../hide-secrets.ts';
import { readObject, retOf } from './answers.ts';
import type { Connection } from './connection.ts';
import { NeedLoginError, refusalOf } from './errors.ts';
import type { BackEndAnswer } from './http.ts';
import { classic } from './requests.ts';
import type { NewArticle } from './shapes.ts';

const SEND = '/cgi-bin/singlesend';
/** The words of the Python SDK for what was wrong with an argument. */
const WRONG: ReadonlyMap<number, string> = new Map([
  [-21, 'fake id not exist'],
  [10700, 'fake id not exist'],
  [10705, 'message id not exist'],
]);
/** Kinds of files: picture, voice, video; 4 is what the documentation calls a video. */
const FILE_TYPES: ReadonlyMap<number, number> = new Map([
  [2, 2],
  [3, 3],
  [4, 15],
  [15, 15],
]);
/** These say more of the user or the session than of the file. */
const NOT_OF_THE_FILE: ReadonlySet<number> = new Set([
  -3, 10701, 10703, 10706, 62752, 200003, 200007, 200008, 200013,
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
    const { ret, said } = verdictOf(SEND, answer);
    if (ret === 0) return;
    if (NOT_OF_THE_FILE.has(ret)) throw refusalOf(SEND, ret);
    throw new InvalidArgumentError(said || `ret ${ret}`);
  });
}

/** @throws {InvalidArgumentError} before anything is sent, when the articles are wrong */
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
    const answer = readObject(path, await connection.send(classic.addNews(place, news)));
    const ret = answer['ret'] === undefined ? retOf(answer) : Number(answer['ret']);
    if (ret === undefined) throw new NeedLoginError(path);
    if (ret === 0) return;
    const refusal = refusalOf(path, ret);
    if (refusal instanceof NeedLoginError) throw refusal;
    throw new InvalidArgumentError(`the news was refused: ret ${ret}`);
  });
}

function checkSent(answer: BackEndAnswer): void {
  const { ret } = verdictOf(SEND, answer);
  if (ret === 0) return;
  const wrong = WRONG.get(ret);
  throw wrong === undefined ? refusalOf(SEND, ret) : new InvalidArgumentError(wrong);
}

/** What the back end says to something that was sent. */
export function verdictOf(path: string, answer: BackEndAnswer): { ret: number; said: string } {
  const fields = readObject(path, answer);
  const ret = retOf(fields);
  if (ret === undefined) throw new NeedLoginError(path);
  const { err_msg: said } = Object(fields['base_resp']) as { err_msg?: string };
  return { ret, said: tellText(`${said ?? ''}`) };
}
