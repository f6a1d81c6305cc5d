/** What the account has: given, or samples. */
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
import {
  completeMessage,
  createMedia,
  createMessages,
  createUsers,
  type DialogMessage,
  type Follower,
  type GivenMessage,
  GROUPS,
  type Group,
} from './people.ts';

export type { DialogMessage, Follower } from './people.ts';

export interface BackEndData {
  users: Follower[];
  groups: Group[];
  /** Of all conversations. */
  messages: DialogMessage[];
  /** The bytes of pictures, voices and videos, by the id of the message. */
  media: Map<string, Buffer>;
  /** 素材: pictures, voices and videos. */
  files: MaterialFile[];
  /** 图文素材, which there were until 2021. */
  news: News[];
  /** 草稿箱. */
  drafts: News[];
  /** What this account and others published. */
  published: Publication[];
  /** Other accounts, to be found. */
  accounts: OtherAccount[];
}

/** What an account starts with; samples, where nothing is given. */
export interface GivenData extends Partial<Omit<BackEndData, 'messages'>> {
  /** Those that came in need an id, a type, a time and whom they are from. */
  readonly messages?: readonly GivenMessage[];
}

export function createData(given: GivenData, now: number): BackEndData {
  const users = [...(given.users ?? createUsers())];
  const messages =
    given.messages?.map((one) => completeMessage(one, users)) ?? createMessages(users, now);
  const accounts = [...(given.accounts ?? createAccounts())];
  return {
    users,
    groups: [...(given.groups ?? GROUPS)],
    messages,
    media: new Map(given.media ?? createMedia(messages)),
    files: [...(given.files ?? createFiles())],
    news: [...(given.news ?? createLibrary(20_001, 12))],
    drafts: [...(given.drafts ?? createLibrary(25_001, 14))],
    published: [...(given.published ?? createPublished(accounts))],
    accounts,
  };
}
