import { InvalidArgumentError, NeedParamError } from '../errors.ts';
import type { Api } from './conveniences/api.ts';
import {
  neededFields,
  neededName,
  neededNumber,
  optionalText,
  optionsOf,
} from './conveniences/argument.ts';
import type { Comment, KfRecord, MaterialItem } from './endpoints/index.ts';
import {
  type Authorizer,
  type BlockedMessage,
  type Draft,
  type JumpRule,
  LISTS,
  type Publication,
  type TemplateTitle,
} from './lists.ts';
import { iterate } from './paging.ts';

export type { Authorizer, BlockedMessage, Draft, Publication, TemplateTitle };

type Template = Api['message']['template'];
type Subscribe = Api['message']['subscribe'];
/** What a call is given, without what says which page. */
type Asked<Call extends (...given: never[]) => unknown, Place extends string> = Omit<
  Parameters<Call>[0],
  Place
>;

/**
 * Lists from their first row to their last: each method gives an iterator that asks for a page when
 * its first row is asked for, so that leaving the loop early asks for no more. What changes while
 * the loop runs may be seen twice or not at all. Wrong arguments throw before anything is sent.
 */
export interface Pages {
  readonly user: {
    /**
     * 遍历关注用户: goes through the openids of the followers, 10000 in a call; with `nextOpenid`
     * through those after it.
     *
     * @example
     * for await (const openid of client.user.iterate()) console.log(openid);
     */
    iterate(options?: { nextOpenid?: string | undefined }): AsyncIterableIterator<string>;
  };
  readonly tag: {
    /** 遍历标签下粉丝: goes through the openids of the followers with a tag. */
    iterateUsers(tagid: number): AsyncIterableIterator<string>;
  };
  readonly blacklist: {
    /** 遍历黑名单: goes through the openids of the blocked users. */
    iterate(): AsyncIterableIterator<string>;
  };
  readonly material: {
    /** 遍历永久素材: goes through the material of a type, the newest first, 20 entries in a call. */
    iterate(type: 'image' | 'voice' | 'video' | 'news'): AsyncIterableIterator<MaterialItem>;
  };
  readonly draft: {
    /** 遍历草稿: goes through the drafts, 20 in a call; `noContent` leaves the text out. */
    iterate(options?: { noContent?: boolean | undefined }): AsyncIterableIterator<Draft>;
  };
  readonly freepublish: {
    /** 遍历已发布消息: goes through what is published, 20 in a call; `noContent` leaves the text out. */
    iterate(options?: { noContent?: boolean | undefined }): AsyncIterableIterator<Publication>;
  };
  readonly kf: {
    /**
     * 遍历客服聊天记录: goes through the lines of all chats between two times in Unix seconds, a day
     * apart at most.
     * @throws {InvalidArgumentError} when the end is before the start, or more than a day after it
     */
    iterateRecords(
      range: Asked<Api['kf']['listMessages'], 'msgid' | 'number'>,
    ): AsyncIterableIterator<KfRecord>;
  };
  readonly comment: {
    /** 遍历文章评论: goes through the comments on an article: all, or by `type` 1 the plain and by 2 the featured. */
    iterate(
      article: Asked<Api['comment']['list'], 'begin' | 'count' | 'type'> & {
        type?: number | undefined;
      },
    ): AsyncIterableIterator<Comment>;
  };
  readonly card: {
    /** 遍历卡券: goes through the ids of the cards, 50 in a call. */
    iterate(filter?: Asked<Api['card']['list'], 'offset' | 'count'>): AsyncIterableIterator<string>;
  };
  readonly component: {
    /** 遍历已授权账号: goes through the accounts that gave the platform rights, 500 in a call. */
    iterateAuthorizers(
      platform?: Asked<Api['component']['listAuthorizers'], 'offset' | 'count'>,
    ): AsyncIterableIterator<Authorizer>;
  };
  readonly message: {
    readonly template: {
      /** 遍历拦截的模板消息: goes through the messages after a template that were held back. */
      iterateBlocked(
        template: Asked<Template['queryBlocked'], 'largest_id' | 'limit'>,
      ): AsyncIterableIterator<BlockedMessage>;
    };
    readonly subscribe: {
      /** 遍历公共模板标题: goes through the library’s templates in categories; `ids` has commas between. */
      iteratePubTemplateTitles(
        categories: Asked<Subscribe['getPubTemplateTitles'], 'start' | 'limit'>,
      ): AsyncIterableIterator<TemplateTitle>;
    };
  };
  readonly qrcode: {
    /** 遍历二维码规则: goes through the rules by which QR codes open a mini program, 200 in a call. */
    iterateJumpRules(program: { appid: string }): AsyncIterableIterator<JumpRule>;
  };
}

/** Makes the iterators, which call the methods that they are given. */
export function pagesOf(api: Api): Pages {
  return {
    user: {
      iterate: (options) => {
        const { nextOpenid } = optionsOf('user.iterate', options);
        const from = optionalText('user.iterate', 'nextOpenid', nextOpenid) || undefined;
        return iterate(LISTS.followers, (at) => api.user.list(at ? { next_openid: at } : {}), from);
      },
    },
    tag: {
      iterateUsers: (given) => {
        const tagid = neededNumber('tag.iterateUsers', 'tagid', given);
        return iterate(LISTS.tagged, (at) =>
          api.tag.getUsers(at ? { tagid, next_openid: at } : { tagid }),
        );
      },
    },
    blacklist: {
      iterate: () =>
        iterate(LISTS.blocked, (at) => api.blacklist.list(at ? { begin_openid: at } : {})),
    },
    material: {
      iterate: (given) => {
        const type = neededName('material.iterate', 'type', given, MATERIAL_TYPES);
        return iterate(LISTS.material, (offset, count) =>
          api.material.batchGet({ type, offset, count }),
        );
      },
    },
    draft: {
      iterate: (options) => {
        const no_content = noContentOf('draft.iterate', options);
        return iterate(LISTS.drafts, (offset, count) =>
          api.draft.batchGet({ offset, count, no_content }),
        );
      },
    },
    freepublish: {
      iterate: (options) => {
        const no_content = noContentOf('freepublish.iterate', options);
        return iterate(LISTS.published, (offset, count) =>
          api.freepublish.batchGet({ offset, count, no_content }),
        );
      },
    },
    kf: {
      iterateRecords: (range) => {
        const { starttime, endtime } = rangeOf('kf.iterateRecords', range);
        return iterate(LISTS.records, (msgid, number) =>
          api.kf.listMessages({ starttime, endtime, msgid, number }),
        );
      },
    },
    comment: {
      iterate: (article) => {
        needField('comment.iterate', article, 'msg_data_id');
        return iterate(LISTS.comments, (begin, count) =>
          api.comment.list({ ...article, type: article.type ?? 0, begin, count }),
        );
      },
    },
    card: {
      iterate: (filter = {}) =>
        iterate(LISTS.cards, (offset, count) => api.card.list({ ...filter, offset, count })),
    },
    component: {
      iterateAuthorizers: (platform = {}) =>
        iterate(LISTS.authorizers, (offset, count) =>
          api.component.listAuthorizers({ ...platform, offset, count }),
        ),
    },
    message: {
      template: {
        iterateBlocked: (template) => {
          needField('message.template.iterateBlocked', template, 'tmpl_msg_id');
          return iterate(LISTS.heldBack, (largest_id, limit) =>
            api.message.template.queryBlocked({ ...template, largest_id, limit }),
          );
        },
      },
      subscribe: {
        iteratePubTemplateTitles: (categories) => {
          const call = 'message.subscribe.iteratePubTemplateTitles';
          needField(call, categories, 'ids');
          return iterate(LISTS.titles, (start, limit) =>
            api.message.subscribe.getPubTemplateTitles({ ...categories, start, limit }),
          );
        },
      },
    },
    qrcode: {
      iterateJumpRules: (program) => {
        needField('qrcode.iterateJumpRules', program, 'appid');
        const { appid } = program;
        return iterate(LISTS.jumpRules, (page_num, page_size) =>
          api.qrcode.getJumpRules({ appid, get_type: BY_PAGE, page_num, page_size }),
        );
      },
    },
  };
}

const MATERIAL_TYPES = ['image', 'voice', 'video', 'news'] as const;
/** Seconds. */
const DAY = 86_400;
/** The `get_type` of jump rules. */
const BY_PAGE = 2;

function noContentOf(call: string, options: unknown): 0 | 1 {
  return optionsOf(call, options)['noContent'] ? 1 : 0;
}

function rangeOf(call: string, range: unknown): { starttime: number; endtime: number } {
  const given = neededFields(call, 'a range', range);
  const starttime = neededNumber(call, 'starttime', given['starttime']);
  const endtime = neededNumber(call, 'endtime', given['endtime']);
  if (endtime >= starttime && endtime - starttime <= DAY) return { starttime, endtime };
  throw new InvalidArgumentError(
    `${call}: endtime is from 0 to ${DAY} seconds after starttime, not ${endtime - starttime}; both are Unix seconds`,
  );
}

function needField(call: string, given: unknown, name: string): void {
  const value = neededFields(call, `{ ${name} }`, given)[name];
  if (value === undefined || value === null || value === '') {
    throw new NeedParamError(`${call} needs ${name}`);
  }
}
