import { describeKind } from '../describe-kind.ts';
import { InvalidArgumentError } from '../errors.ts';
import { refuseMissing } from '../option-checks.ts';
import { NeedLoginError } from './errors.ts';
import {
  type PageOptions,
  type PublishedOptions,
  readDrafts,
  readPublished,
  searchAccounts,
} from './library.ts';
import { type UnofficialClientOptions } from './options.ts';
import { ownInformation, uploadFile } from './own.ts';
import { pages } from './paging.ts';
import {
  type MessageListOptions,
  readFans,
  readFile,
  readGroupList,
  readList,
  readUserInfo,
  readUserList,
  toContact,
  type UserListOptions,
} from './reading.ts';
import { classic } from './requests.ts';
import { addNews, sendFile, sendMessage, sendNews } from './sending.ts';
import { Session } from './session.ts';
import { SessionClient } from './session-client.ts';
import type {
  ArticleStatistics,
  Contact,
  ContactInfo,
  Dialog,
  Fan,
  FileList,
  FoundAccount,
  Group,
  Id,
  MessageList,
  NewArticle,
  News,
  Publication,
} from './shapes.ts';
import { readStatistics, type StatisticsOptions } from './statistics.ts';

/**
 * The back end that the console’s own pages use (mp.weixin.qq.com). Nobody promises that it stays
 * as it is; where the official API can do a thing, use `OfficialClient`. It may break, and cost an account.
 *
 * The constructor never logs in: `loginWithQrCode` does, or a session that was kept.
 *
 * @example
 * const client = new UnofficialClient({ sessions: new FileSessionStore('session.json') });
 * await client.loginWithQrCode({ onQrCode: (image) => writeFile('scan-me.jpg', image) });
 * const { contacts } = await client.getUserList();
 * @throws {NeedParamError} when only one of `token` and `cookies` is given
 * @experimental Outside semver: the back end may change at any time, and this class with it.
 * @throws {InvalidArgumentError} when an option is wrong
 */
export class UnofficialClient extends SessionClient {
  /**
   * Creates a client from the result of `serialize`.
   *
   * @throws {InvalidArgumentError} when it is no such session
   */
  static restore(serialized: string, options: UnofficialClientOptions = {}): UnofficialClient {
    return new UnofficialClient(options, Session.parse(serialized));
  }

  /** @throws {InvalidArgumentError} `fake id not exist` */
  async sendMessage(fakeid: Id, content: string): Promise<void> {
    await sendMessage(this.connection, givenId('fakeid', fakeid), given('content', content));
  }

  /** @throws {InvalidArgumentError} `fake id not exist`, `message id not exist` */
  async sendNews(fakeid: Id, msgid: Id): Promise<void> {
    await sendNews(this.connection, givenId('fakeid', fakeid), givenId('msgid', msgid));
  }

  /** Sends an uploaded file: `type` is 2 (picture), 3 (voice) or 15 (video). */
  async sendFile(fakeid: Id, fid: Id, type: number): Promise<void> {
    await sendFile(this.connection, givenId('fakeid', fakeid), givenId('fid', fid), type);
  }

  async sendImage(fakeid: Id, fid: Id): Promise<void> {
    await this.sendFile(fakeid, fid, 2);
  }

  async sendAudio(fakeid: Id, fid: Id): Promise<void> {
    await this.sendFile(fakeid, fid, 3);
  }

  async sendVideo(fakeid: Id, fid: Id): Promise<void> {
    await this.sendFile(fakeid, fid, 15);
  }

  async getUserList(options: UserListOptions = {}): Promise<{ contacts: readonly Contact[] }> {
    return readUserList(this.connection, options);
  }

  async getGroupList(): Promise<{ groups: readonly Group[] }> {
    return readGroupList(this.connection);
  }

  async getUserInfo(fakeid: Id): Promise<ContactInfo> {
    return readUserInfo(this.connection, givenId('fakeid', fakeid));
  }

  /** Downloads a user's picture, in JPEG. */
  async getAvatar(fakeid: Id): Promise<Buffer> {
    const id = givenId('fakeid', fakeid);
    return readFile(this.connection, (place) => classic.avatar(place, id), 'fake id not exist');
  }

  /** Lists articles of the old material library; `getDraftList` lists the current drafts. */
  async getNewsList(page: number, pageSize = 10): Promise<readonly News[]> {
    return readList(
      this.connection,
      (place) => classic.newsList(place, page, pageSize),
      ['app_msg_info', 'item'],
      [],
    );
  }

  /** @throws {InvalidArgumentError} when an article has no title or content, or is refused */
  async addNews(news: readonly NewArticle[]): Promise<void> {
    await addNews(this.connection, news);
  }

  /** Uploads a file as a stream, and returns its id. */
  async uploadFile(filePath: string): Promise<string> {
    return uploadFile(this.connection, given('filePath', filePath));
  }

  /** Lists files of the material: `type` is 2 (pictures), 3 (voices) or 4 (videos). */
  async getFileList(type: number, page: number, count = 10): Promise<FileList> {
    return readList(
      this.connection,
      (place) => classic.fileList(place, type, page, count),
      ['page_info'],
      { type, file_item: [], file_cnt: {} },
    );
  }

  async getDialogMessage(
    fakeid: Id,
    options: {
      lastMsgId?: number | string | undefined;
      createTime?: number | string | undefined;
    } = {},
  ): Promise<Dialog> {
    const id = givenId('fakeid', fakeid);
    const { lastMsgId = 0, createTime = 0 } = options;
    const connection = this.connection;
    const own = await connection.call('/cgi-bin/home', (place, session) =>
      ownInformation(connection, place, session),
    );
    const from = { own: own.fakeid, lastMsgId, createTime };
    return readList(
      connection,
      (place) => classic.dialog(place, id, from),
      ['page_info'],
      NO_DIALOG,
    );
  }

  async getNewMessageNum(lastId: number | string = 0): Promise<number> {
    const number = await readList<unknown>(
      this.connection,
      (place) => classic.newMessageNumber(place, lastId),
      ['newTotalMsgCount'],
    );
    if (Number.isInteger(Number(number))) return Number(number);
    throw new NeedLoginError('/cgi-bin/getnewmsgnum');
  }

  /** Returns the latest message. */
  async getTopMessage(): Promise<MessageList> {
    return this.getMessageList({ count: 1 });
  }

  /** Lists the messages of the last five days, newest first. */
  async getMessageList(options: MessageListOptions = {}): Promise<MessageList> {
    const { lastId = 0, offset = 0, count = 20, day = 7, star = false } = options;
    const asked = { lastId, offset, count, day, star };
    return readList(
      this.connection,
      (place) => classic.messages(place, asked),
      ['msg_items'],
      NO_DIALOG.msg_items,
    );
  }

  /** @throws {InvalidArgumentError} `mode error`, `image message not exist` */
  async getMessageImage(msgId: Id, mode: 'large' | 'small' = 'large'): Promise<Buffer> {
    if (mode !== 'large' && mode !== 'small') throw new InvalidArgumentError('mode error');
    const id = givenId('msgId', msgId);
    return readFile(
      this.connection,
      (place) => classic.messageImage(place, id, mode),
      'image message not exist',
    );
  }

  /** @throws {InvalidArgumentError} `voice message not exist` */
  async getMessageVoice(msgId: Id): Promise<Buffer> {
    const id = givenId('msgId', msgId);
    return readFile(
      this.connection,
      (place) => classic.messageVoice(place, id),
      'voice message not exist',
    );
  }

  /** @throws {InvalidArgumentError} `video message not exist` */
  async getMessageVideo(msgId: Id): Promise<Buffer> {
    const id = givenId('msgId', msgId);
    return readFile(
      this.connection,
      (place) => classic.messageVideo(place, id),
      'video message not exist',
    );
  }

  /** Returns statistics of articles, from the host of `statisticsBaseUrl`. */
  async statArticleDetailList(options: StatisticsOptions = {}): Promise<ArticleStatistics> {
    return readStatistics(this.connection, this.statistics, options);
  }

  /** 草稿箱: lists the drafts. */
  async getDraftList(options: PageOptions = {}): Promise<readonly News[]> {
    return readDrafts(this.connection, options);
  }

  /** Lists the account's published articles. */
  async getPublishedList(
    options: PageOptions = {},
  ): Promise<{ total: number; publications: readonly Publication[] }> {
    return readPublished(this.connection, options);
  }

  /** Searches accounts by name. */
  async searchAccounts(
    keyword: string,
    options: PageOptions = {},
  ): Promise<readonly FoundAccount[]> {
    return searchAccounts(this.connection, given('keyword', keyword), options);
  }

  /** Lists another account's published articles, by the fakeid of `searchAccounts`. */
  async listAccountArticles(
    fakeid: Id,
    options: Omit<PublishedOptions, 'fakeid'> = {},
  ): Promise<{ total: number; publications: readonly Publication[] }> {
    return readPublished(this.connection, { ...options, fakeid: givenId('fakeid', fakeid) });
  }

  /**
   * Iterates over the followers of a group, a page a second. Default: all of them, or in a classic
   * session those without a group.
   */
  async *iterateUsers(
    options: { groupId?: number | string | undefined } = {},
  ): AsyncGenerator<Contact, void, undefined> {
    const { groupId } = options;
    await this.connection.load();
    const pace = { size: 20, interval: this.interval };
    if (this.connection.session.dialect === 'classic') {
      yield* pages<Contact>(async ({ begin }) => {
        const page = begin / pace.size;
        return (await this.getUserList({ page, pageSize: pace.size, groupId })).contacts;
      }, pace);
      return;
    }
    const fans = pages<Fan>(
      async ({ last }) => readFans(this.connection, { groupId, limit: pace.size, after: last }),
      pace,
    );
    for await (const fan of fans) yield toContact(fan);
  }

  /** Iterates over the drafts, a page a second. */
  iterateDrafts(): AsyncGenerator<News, void, undefined> {
    const pace = { size: 10, interval: this.interval };
    return pages<News>(({ begin }) => this.getDraftList({ begin, count: pace.size }), pace);
  }

  /** Iterates over the published articles of the account or another, a page a second. */
  iteratePublished(
    options: { fakeid?: Id | undefined } = {},
  ): AsyncGenerator<Publication, void, undefined> {
    const pace = { size: 10, interval: this.interval };
    return pages<Publication>(async ({ begin }) => {
      const { fakeid } = options;
      const other = fakeid === undefined ? undefined : givenId('fakeid', fakeid);
      const asked = { fakeid: other, begin, count: pace.size };
      return (await readPublished(this.connection, asked)).publications;
    }, pace);
  }

  /** Iterates over the accounts that a search finds, a page a second. */
  iterateAccounts(keyword: string): AsyncGenerator<FoundAccount, void, undefined> {
    const pace = { size: 5, interval: this.interval };
    return pages<FoundAccount>(
      ({ begin }) => this.searchAccounts(keyword, { begin, count: pace.size }),
      pace,
    );
  }
}

const NO_DIALOG: Dialog = { to_nick_name: '', msg_items: { msg_item: [] } };

function given(name: string, value: string): string {
  if (typeof value === 'string' && value !== '') return value;
  refuseMissing(name, 'a string', 'argument');
}

/** Checks an id, which is passed as it was received: some are numbers, those beyond 2^53 are their digits. */
function givenId(name: string, value: Id): string {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value);
  if (typeof value === 'string' && value !== '') return value;
  refuseMissing(name, `a string or a number, not ${describeKind(value)}`, 'argument');
}
