/** How the platform’s lists come page by page. */
import type { Api } from './conveniences/api.ts';
import type { Id } from './endpoint.ts';
import type { MaterialItem } from './endpoints/index.ts';
import { byCursor, byLastId, byNumber, byOffset } from './paging.ts';

/** What a call answers. */
type Answer<Call extends (...given: never[]) => unknown> = Awaited<ReturnType<Call>>;
type Template = Api['message']['template'];
type Subscribe = Api['message']['subscribe'];
type Openids = Pick<Answer<Api['user']['list']>, 'data' | 'next_openid'>;

const openids = {
  first: undefined as string | undefined,
  rows: (page: Openids) => page.data?.openid,
  cursor: (page: Openids) => page.next_openid,
};
const items = {
  size: 20,
  rows: <Item>(page: { item: Item[] }) => page.item,
  total: (page: { total_count: number }) => page.total_count,
};

/** How each list comes, with the largest page that the platform gives. */
export const LISTS = {
  followers: byCursor({ ...openids, size: 10_000 }),
  // The documentation does not say how large a page is.
  tagged: byCursor({ ...openids, size: 1 }),
  // 1000 or 10000, depending on the page of the documentation; fewer than 1000 are the last.
  blocked: byCursor({ ...openids, size: 1000 }),
  records: byCursor({
    first: 1 as Id,
    size: 10_000,
    rows: (page: Answer<Api['kf']['listMessages']>) => page.recordlist,
    cursor: (page) => page.msgid,
  }),
  material: byOffset<Answer<Api['material']['batchGet']>, MaterialItem>(items),
  drafts: byOffset<Answer<Api['draft']['batchGet']>, Draft>(items),
  published: byOffset<Answer<Api['freepublish']['batchGet']>, Publication>(items),
  comments: byOffset({
    // The documentation asks for less than 50 in one place, and for 50 at most in another.
    size: 49,
    rows: (page: Answer<Api['comment']['list']>) => page.comment,
    total: (page) => page.total,
  }),
  cards: byOffset({
    size: 50,
    rows: (page: Answer<Api['card']['list']>) => page.card_id_list,
    total: (page) => page.total_num,
  }),
  authorizers: byOffset({
    size: 500,
    rows: (page: Answer<Api['component']['listAuthorizers']>) => page.list,
    total: (page) => page.total_count,
  }),
  titles: byOffset({
    size: 30,
    rows: (page: Answer<Subscribe['getPubTemplateTitles']>) => page.data,
    total: (page) => page.count,
  }),
  jumpRules: byNumber({
    size: 200,
    rows: (page: Answer<Api['qrcode']['getJumpRules']>) => page.rule_list,
  }),
  heldBack: byLastId({
    size: 100,
    rows: (page: Answer<Template['queryBlocked']>) => page.msginfo,
    id: (row) => row.id,
  }),
};

/** An entry of the draft box. */
export type Draft = Answer<Api['draft']['batchGet']>['item'][number];
/** Something published. */
export type Publication = Answer<Api['freepublish']['batchGet']>['item'][number];
/** An account that gave a third-party platform rights. */
export type Authorizer = Answer<Api['component']['listAuthorizers']>['list'][number];
/** A template of the library that users can subscribe to. */
export type TemplateTitle = Answer<Subscribe['getPubTemplateTitles']>['data'][number];
/** A message after a template that was held back. */
export type BlockedMessage = Answer<Template['queryBlocked']>['msginfo'][number];
/** A rule by which QR codes open a mini program. */
export type JumpRule = Answer<Api['qrcode']['getJumpRules']>['rule_list'][number];
