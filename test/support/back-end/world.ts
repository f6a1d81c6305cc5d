/** All that the back end knows. */
import { drawCodes, type QrCodes } from './codes.ts';
import {
  createAccounts,
  createFiles,
  createLibrary,
  createPublished,
  type MaterialFile,
  type News,
  type OtherAccount,
  type Publication,
} from './library.ts';
import { createMedia, createMessages, createUsers, type Message, type User } from './people.ts';
import type { LiveSession } from './sessions.ts';

export interface Delivered {
  to: string;
  type: number;
  content?: string;
  appmsgid?: string;
  fileid?: string;
}

export interface World {
  readonly username: string;
  readonly password: string;
  readonly dialect: 'gen2' | 'gen3';
  readonly live: Map<number, LiveSession>;
  /** How JSON is answered when the session is lost. */
  lostAs: 'html' | 'json';
  logins: number;
  needsCaptcha: boolean;
  /** The cookie of the captcha that was shown last. */
  captcha: string | undefined;
  nextLogin: number | 'readtemplate' | undefined;
  readonly canned: Map<string, unknown[]>;
  listsAs: 'string' | 'object';
  readonly codes: QrCodes;
  readonly users: User[];
  readonly messages: Message[];
  readonly media: Map<string, Buffer>;
  readonly files: MaterialFile[];
  readonly news: News[];
  readonly drafts: News[];
  readonly published: Publication[];
  readonly accounts: OtherAccount[];
  readonly sent: Delivered[];
  /** How many calls are allowed still. */
  allowed: number;
}

export interface WorldOptions {
  username?: string;
  password?: string;
  dialect?: 'gen2' | 'gen3';
}

export function createWorld(options: WorldOptions): World {
  const { username = 'tester@example.com', password = 'a password of 22 chars', dialect = 'gen3' } =
    options;
  const users = createUsers();
  const messages = createMessages(users, Math.floor(Date.now() / 1000));
  const accounts = createAccounts();
  return {
    username,
    password,
    dialect,
    live: new Map(),
    lostAs: 'html',
    logins: 0,
    needsCaptcha: false,
    captcha: undefined,
    nextLogin: undefined,
    canned: new Map(),
    listsAs: 'string',
    codes: drawCodes(),
    users,
    messages,
    media: createMedia(messages),
    files: createFiles(),
    news: createLibrary(20_001, 12),
    drafts: createLibrary(25_001, 14),
    published: createPublished(accounts),
    accounts,
    sent: [],
    allowed: Number.POSITIVE_INFINITY,
  };
}

/** A user by either of the ids. */
export function findUser(world: World, id: string | undefined): User | undefined {
  return world.users.find(({ fakeid, openid }) => id === fakeid || id === openid);
}

/** A list as JSON in a string, as it was in 2014, or as it is. */
export function listOf(world: World, list: unknown): unknown {
  return world.listsAs === 'string' ? JSON.stringify(list) : list;
}
