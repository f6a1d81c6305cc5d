/** The data of the account: given, or samples. */
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
  /** The messages of all conversations. */
  messages: DialogMessage[];
  /** The bytes of pictures, voices and videos, by the id of the message. */
  media: Map<string, Buffer>;
  /** 素材: pictures, voices and videos. */
  files: MaterialFile[];
  /** 图文素材, available until 2021. */
  news: News[];
  /** 草稿箱. */
  drafts: News[];
  /** Articles published by this account and others. */
  published: Publication[];
  /** Other accounts, for searches. */
  accounts: OtherAccount[];
}

/** The initial data of an account; samples take the place of what is not given. */
export interface GivenData extends Partial<Omit<BackEndData, 'messages'>> {
  /** Messages; received ones need an id, a type, a time and a sender. */
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
