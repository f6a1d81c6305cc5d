import { InvalidArgumentError, NeedParamError } from '../errors.ts';
import type { Api } from './conveniences/api.ts';
import {
  neededFields,
  neededName,
  neededNumber,
  optionalText,
  readOptions,
} from './conveniences/argument.ts';
import {
  type Comment,
  endpoints,
  type KfRecord,
  type MaterialItem,
  type Store,
} from './endpoints/index.ts';
import { iterate } from './paging.ts';

/** The result of a call. */
type CallResult<Call extends (...given: never[]) => unknown> = Awaited<ReturnType<Call>>;
type Template = Api['message']['template'];
type Subscribe = Api['message']['subscribe'];
/** An entry of the draft box. */
export type Draft = CallResult<Api['draft']['batchGet']>['item'][number];
/** Something published. */
export type Publication = CallResult<Api['freepublish']['batchGet']>['item'][number];
/** An account that authorized a third-party platform. */
export type Authorizer = CallResult<Api['component']['listAuthorizers']>['list'][number];
/** A template of the library that users can subscribe to. */
export type TemplateTitle = CallResult<Subscribe['getPubTemplateTitles']>['data'][number];
/** A template message that was blocked. */
export type BlockedMessage = CallResult<Template['queryBlocked']>['msginfo'][number];
/** A rule by which QR codes open a mini program. */
type JumpRule = CallResult<Api['qrcode']['getJumpRules']>['rule_list'][number];
/** The input of a call, without its paging. */
type Asked<Call extends (...given: never[]) => unknown, Place extends string> = Omit<
  Parameters<Call>[0],
  Place
>;

/**
 * Lists from their first row to their last: each method returns an iterator that requests a page
 * when its first row is needed, so that leaving the loop early requests no more. Rows that change
 * during the loop may appear twice or not at all. Wrong arguments throw before anything is sent.
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
  readonly store: {
    /** 遍历门店: goes through the stores of 门店小程序, 50 in a call. */
    iterate(): AsyncIterableIterator<Store>;
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

/** Creates the iterators, which call the given methods. */
export function createPages(api: Api): Pages {
  const { message, ...tables } = endpoints;
  return {
    user: {
      iterate: (options) => {
        const { nextOpenid } = readOptions('user.iterate', options);
        const from = optionalText('user.iterate', 'nextOpenid', nextOpenid) || undefined;
        return iterate(tables.user.list, api.user.list, {}, from);
      },
    },
    tag: {
      iterateUsers: (given) => {
        const tagid = neededNumber('tag.iterateUsers', 'tagid', given);
        return iterate(tables.tag.getUsers, api.tag.getUsers, { tagid });
      },
    },
    blacklist: { iterate: () => iterate(tables.blacklist.list, api.blacklist.list) },
    material: {
      iterate: (given) => {
        const type = neededName('material.iterate', 'type', given, MATERIAL_TYPES);
        return iterate(tables.material.batchGet, api.material.batchGet, { type });
      },
    },
    draft: {
      iterate: (options) => {
        const no_content = readNoContent('draft.iterate', options);
        return iterate(tables.draft.batchGet, api.draft.batchGet, { no_content });
      },
    },
    freepublish: {
      iterate: (options) => {
        const no_content = readNoContent('freepublish.iterate', options);
        return iterate(tables.freepublish.batchGet, api.freepublish.batchGet, { no_content });
      },
    },
    kf: {
      iterateRecords: (range) =>
        iterate(tables.kf.listMessages, api.kf.listMessages, readRange('kf.iterateRecords', range)),
    },
    comment: {
      iterate: (article) => {
        needField('comment.iterate', article, 'msg_data_id');
        const given = { ...article, type: article.type ?? 0 };
        return iterate(tables.comment.list, api.comment.list, given);
      },
    },
    card: { iterate: (filter) => iterate(tables.card.list, api.card.list, filter) },
    store: { iterate: () => iterate(tables.store.list, api.store.list) },
    component: {
      iterateAuthorizers: (platform) =>
        iterate(tables.component.listAuthorizers, api.component.listAuthorizers, platform),
    },
    message: {
      template: {
        iterateBlocked: (template) => {
          needField('message.template.iterateBlocked', template, 'tmpl_msg_id');
          const { queryBlocked } = api.message.template;
          return iterate(message.template.queryBlocked, queryBlocked, template);
        },
      },
      subscribe: {
        iteratePubTemplateTitles: (categories) => {
          needField('message.subscribe.iteratePubTemplateTitles', categories, 'ids');
          const { getPubTemplateTitles } = api.message.subscribe;
          return iterate(message.subscribe.getPubTemplateTitles, getPubTemplateTitles, categories);
        },
      },
    },
    qrcode: {
      iterateJumpRules: (program) => {
        needField('qrcode.iterateJumpRules', program, 'appid');
        const given = { appid: program.appid, get_type: BY_PAGE };
        return iterate(tables.qrcode.getJumpRules, api.qrcode.getJumpRules, given);
      },
    },
  };
}

const MATERIAL_TYPES = ['image', 'voice', 'video', 'news'] as const;
/** Seconds. */
const DAY = 86_400;
/** The `get_type` of jump rules. */
const BY_PAGE = 2;

function readNoContent(call: string, options: unknown): 0 | 1 {
  return readOptions(call, options)['noContent'] ? 1 : 0;
}

function readRange(call: string, range: unknown): { starttime: number; endtime: number } {
  const given = neededFields(call, 'a range', range);
  const starttime = neededNumber(call, 'starttime', given['starttime']);
  const endtime = neededNumber(call, 'endtime', given['endtime']);
  if (endtime >= starttime && endtime - starttime <= DAY) return { starttime, endtime };
  throw new InvalidArgumentError(
    `${call}: endtime must be 0 to ${DAY} seconds after starttime, not ${endtime - starttime}; both are Unix seconds`,
  );
}

function needField(call: string, given: unknown, name: string): void {
  const value = neededFields(call, `{ ${name} }`, given)[name];
  if (value === undefined || value === null || value === '') {
    throw new NeedParamError(`${call} needs ${name}`);
  }
}
