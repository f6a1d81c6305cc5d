import { InvalidArgumentError } from '../errors.ts';
import { readField } from './answers.ts';
import type { Connection } from './connection.ts';
import { NeedLoginError } from './errors.ts';
import type { BackEndRequest } from './http.ts';
import { modern } from './modern-requests.ts';
import { classic, type SessionFields } from './requests.ts';
import type { Contact, ContactInfo, Fan, Group } from './shapes.ts';

/** Requests a list, and reads the value at a path of names; `empty` stands for an empty list. */
export async function readList<Result>(
  connection: Connection,
  createRequest: (place: SessionFields) => BackEndRequest,
  names: readonly string[],
  empty?: Result,
): Promise<Result> {
  const { path } = createRequest({ token: 0 });
  return connection.call(path, async (place) => {
    const answer = await connection.send(createRequest(place));
    return readField(path, answer, names, empty);
  });
}

/**
 * Downloads a picture, a voice or a video of a message.
 *
 * @throws {InvalidArgumentError} with `missing` when there is no such message
 */
export async function readFile(
  connection: Connection,
  createRequest: (place: SessionFields) => BackEndRequest,
  missing: string,
): Promise<Buffer> {
  const { path } = createRequest({ token: 0 });
  return connection.call(path, async (place) => {
    const { body, contentType } = await connection.send(createRequest(place));
    if (contentType.startsWith('text/html')) throw new NeedLoginError(path);
    if (body.length === 0) throw new InvalidArgumentError(missing);
    return body;
  });
}

export interface MessageListOptions {
  lastId?: number | string | undefined;
  offset?: number | undefined;
  /** Default: 20. */
  count?: number | undefined;
  /** 0 today, 1 yesterday, 2 the day before, 3 older, 7 all. Default: 7. */
  day?: 0 | 1 | 2 | 3 | 7 | undefined;
  /** Whether to list only starred ones. Default: false. */
  star?: boolean | undefined;
}

export interface UserListOptions {
  /** Page number, from 0. */
  page?: number | undefined;
  /** Default: 10. */
  pageSize?: number | undefined;
  /** Default: all followers, or in a classic session those without a group. */
  groupId?: number | string | undefined;
}

/** Lists followers in the form that the Python SDK documents, for both kinds of session. */
export async function readUserList(
  connection: Connection,
  { page = 0, pageSize = 10, groupId }: UserListOptions,
): Promise<{ contacts: readonly Contact[] }> {
  await connection.load();
  if (connection.session.dialect === 'classic') {
    const given = { page, pageSize, groupId: groupId ?? 0 };
    return readList(connection, (place) => classic.contacts(place, given), ['contact_list'], {
      contacts: [],
    });
  }
  const fans = await readFans(connection, { groupId, limit: pageSize, offset: page * pageSize });
  return { contacts: fans.map(toContact) };
}

export interface FansQuery {
  readonly groupId?: number | string | undefined;
  readonly limit: number;
  readonly offset?: number;
  readonly after?: Fan | undefined;
}

export async function readFans(
  connection: Connection,
  { groupId = -2, limit, offset = 0, after }: FansQuery,
): Promise<readonly Fan[]> {
  const from = after && { openid: after.user_openid, createTime: after.user_create_time };
  return readList(
    connection,
    (place) => modern.fans(place, { groupId, limit, offset, after: from }),
    ['user_list', 'user_info_list'],
    [],
  );
}

export async function readGroupList(connection: Connection): Promise<{ groups: readonly Group[] }> {
  await connection.load();
  if (connection.session.dialect === 'classic') {
    const given = { page: 0, pageSize: 10, groupId: 0 };
    return readList(connection, (place) => classic.contacts(place, given), ['group_list'], {
      groups: [],
    });
  }
  const groups = await readList<readonly Record<string, unknown>[]>(
    connection,
    (place) => modern.fans(place, { groupId: -2, limit: 20, offset: 0, after: undefined }),
    ['group_info', 'group_info_list'],
    [],
  );
  return {
    groups: groups.map((group) => ({
      id: Number(group['group_id']),
      name: String(group['group_name']),
      cnt: Number(group['group_cnt'] ?? 0),
    })),
  };
}

export async function readUserInfo(connection: Connection, fakeid: string): Promise<ContactInfo> {
  await connection.load();
  if (connection.session.dialect === 'classic') {
    return readList(connection, (place) => classic.contactInfo(place, fakeid), ['contact_info']);
  }
  const [fan] = await readList<readonly (Fan & Record<string, unknown>)[]>(
    connection,
    (place) => modern.fanInfo(place, fakeid),
    ['user_list', 'user_info_list'],
    [],
  );
  if (!fan) throw new InvalidArgumentError('fake id not exist');
  const text = (name: string) => {
    const value = fan[name];
    return typeof value === 'string' ? value : '';
  };
  return {
    fake_id: fan.user_openid,
    nick_name: fan.user_name,
    remark_name: fan.user_remark,
    user_name: text('user_username'),
    signature: text('user_signature'),
    country: text('user_country'),
    province: text('user_province'),
    city: text('user_city'),
    gender: Number(fan['user_gender'] ?? 0),
    group_id: fan.user_group_id[0] ?? 0,
  };
}

export function toContact(fan: Fan): Contact {
  return {
    id: fan.user_openid,
    nick_name: fan.user_name,
    remark_name: fan.user_remark,
    group_id: fan.user_group_id[0] ?? 0,
  };
}
