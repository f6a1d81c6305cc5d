import { InvalidArgumentError } from '../../errors.ts';
import type { Success } from '../endpoint.ts';
import type { Api } from './api.ts';
import { isWire, neededNumber, neededText } from './argument.ts';

type Group = Api['group'];
type GroupBody<Name extends 'create' | 'getUserGroup' | 'update' | 'moveUser'> = Parameters<
  Group[Name]
>[0];

/** Groups of followers, which tags replaced. */
export interface GroupMethods {
  /**
   * 创建分组: creates a group; its name has 30 characters at most.
   * @deprecated Use `tag.create`.
   */
  create(name: string): ReturnType<Group['create']>;
  /** @deprecated Use `tag.create`. */
  create(body: GroupBody<'create'>): ReturnType<Group['create']>;

  /**
   * 查询用户所在分组: tells which group a follower is in.
   * @deprecated Use `tag.getUserTags`.
   */
  getUserGroup(openid: string): ReturnType<Group['getUserGroup']>;
  /** @deprecated Use `tag.getUserTags`. */
  getUserGroup(body: GroupBody<'getUserGroup'>): ReturnType<Group['getUserGroup']>;

  /**
   * 修改分组名: renames a group; its name has 30 characters at most.
   * @deprecated Use `tag.update`.
   */
  update(id: number | string, name: string): Promise<Success>;
  /** @deprecated Use `tag.update`. */
  update(body: GroupBody<'update'>): Promise<Success>;

  /**
   * 移动用户分组: moves a follower to a group.
   * @deprecated Use `tag.batchTag`.
   */
  moveUser(openid: string, groupId: number | string): Promise<Success>;
  /** @deprecated Use `tag.batchTag`. */
  moveUser(body: GroupBody<'moveUser'>): Promise<Success>;
}

const MAX_NAME = 30;

/** Creates the methods of groups with arguments. */
export function createGroupMethods({
  create,
  getUserGroup,
  update,
  moveUser,
}: Pick<Group, 'create' | 'getUserGroup' | 'update' | 'moveUser'>): GroupMethods {
  return {
    create: async (first: string | GroupBody<'create'>) =>
      create(isWire(first) ? first : { group: { name: readGroupName('create', first) } }),
    getUserGroup: async (first: string | GroupBody<'getUserGroup'>) =>
      getUserGroup(
        isWire(first) ? first : { openid: neededText('group.getUserGroup', 'openid', first) },
      ),
    update: async (first: number | string | GroupBody<'update'>, name?: string) =>
      update(isWire(first) ? first : { group: groupNamed(first, name) }),
    moveUser: async (first: string | GroupBody<'moveUser'>, groupId?: number | string) =>
      moveUser(isWire(first) ? first : readMove(first, groupId)),
  };
}

function groupNamed(id: unknown, name: unknown) {
  return { id: neededNumber('group.update', 'id', id), name: readGroupName('update', name) };
}

function readMove(openid: unknown, groupId: unknown) {
  return {
    openid: neededText('group.moveUser', 'openid', openid),
    to_groupid: neededNumber('group.moveUser', 'groupId', groupId),
  };
}

function readGroupName(method: string, value: unknown): string {
  const name = neededText(`group.${method}`, 'name', value);
  const { length } = Array.from(name);
  if (length <= MAX_NAME) return name;
  throw new InvalidArgumentError(
    `group.${method}: name must have at most ${MAX_NAME} characters, not ${length}`,
  );
}
