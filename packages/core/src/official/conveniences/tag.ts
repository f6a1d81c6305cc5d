import type { Api } from './api.ts';
import { neededNumber, neededText, neededTexts, optionalText, readOptions } from './argument.ts';
import { type Positional, takeArguments } from './positional.ts';

type Tag = Api['tag'];

/** Tags of followers; wrong arguments throw before anything is sent. */
export interface TagMethods {
  /** 创建标签: creates a tag; its name has 30 characters at most. */
  create: Positional<Tag['create'], [name: string]>;
  /** 编辑标签: renames a tag. */
  update: Positional<Tag['update'], [id: number, name: string]>;
  /** 删除标签: deletes a tag. */
  delete: Positional<Tag['delete'], [id: number]>;
  /**
   * 获取标签下粉丝列表: lists the followers with a tag, after `nextOpenid`. `tag.iterateUsers()` goes
   * through all of them.
   */
  getUsers: Positional<
    Tag['getUsers'],
    [id: number, options?: { nextOpenid?: string | undefined }]
  >;
  /** 批量为用户打标签: gives 50 followers at most a tag. */
  batchTag: Positional<Tag['batchTag'], [openids: readonly string[], id: number]>;
  /** 批量为用户取消标签: takes a tag from 50 followers at most. */
  batchUntag: Positional<Tag['batchUntag'], [openids: readonly string[], id: number]>;
  /** 获取用户的标签列表: lists the tags of a follower. */
  getUserTags: Positional<Tag['getUserTags'], [openid: string]>;
}

/** Creates the methods of tags with arguments. */
export function createTagMethods(tag: Tag): TagMethods {
  return {
    create: takeArguments('tag.create', tag.create, (call, name) => ({
      tag: { name: neededText(call, 'name', name) },
    })),
    update: takeArguments('tag.update', tag.update, (call, id, name) => ({
      tag: { id: neededNumber(call, 'id', id), name: neededText(call, 'name', name) },
    })),
    delete: takeArguments('tag.delete', tag.delete, (call, id) => ({
      tag: { id: neededNumber(call, 'id', id) },
    })),
    getUsers: takeArguments('tag.getUsers', tag.getUsers, (call, id, options) => ({
      tagid: neededNumber(call, 'id', id),
      next_openid: optionalText(call, 'nextOpenid', readOptions(call, options)['nextOpenid']),
    })),
    batchTag: takeArguments('tag.batchTag', tag.batchTag, readMembers),
    batchUntag: takeArguments('tag.batchUntag', tag.batchUntag, readMembers),
    getUserTags: takeArguments('tag.getUserTags', tag.getUserTags, (call, openid) => ({
      openid: neededText(call, 'openid', openid),
    })),
  };
}

function readMembers(call: string, openids: unknown, id: unknown) {
  return {
    openid_list: neededTexts(call, 'openids', openids),
    tagid: neededNumber(call, 'id', id),
  };
}
