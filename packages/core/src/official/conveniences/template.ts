import { InvalidArgumentError } from '../../errors.ts';
import type { Success } from '../endpoint.ts';
import type { MiniProgram, TemplateData, TemplateMessage } from '../endpoints/index.ts';
import type { Api } from './api.ts';
import {
  isFields,
  isWire,
  neededFields,
  neededNumber,
  neededText,
  optionalText,
  readOptions,
  wrong,
} from './argument.ts';

/** The values of a template’s keywords; a string or a number is shown as it is. */
export type TemplateValues = Readonly<
  Record<string, string | number | { value: string | number; color?: string | undefined }>
>;

/** Options of a template message: where it leads. */
export interface TemplateOptions {
  /** The page that opens on a tap. Default: none. */
  url?: string | undefined;
  /** The colour of the top, as `#RRGGBB`. Default: `#FF0000`. */
  topcolor?: string | undefined;
  /** The mini program that opens on a tap; it takes precedence over `url`. */
  miniprogram?: MiniProgram | undefined;
  /** Id by which a repeated message to the same user is sent once within ten minutes. */
  clientMsgId?: string | undefined;
}

type Template = Api['message']['template'];
type Sent = ReturnType<Template['send']>;
type Added = ReturnType<Template['add']>;

/** Template messages; wrong arguments throw before anything is sent. */
export interface TemplateMethods {
  /**
   * 发送模板消息: sends a template message to a follower; how it went arrives as the event
   * `event:templatesendjobfinish`.
   *
   * @example
   * await client.message.template.send(openid, templateId, { amount: 12.5, note: 'Paid' }, {
   *   url: 'https://example.com/orders/1',
   * });
   * @throws {NeedParamError} when the openid, the template or the data is missing
   * @throws {InvalidArgumentError} when a value is neither a string, a number nor `{ value, color }`
   */
  send(openid: string, templateId: string, data: TemplateValues, options?: TemplateOptions): Sent;

  /** 发送模板消息: sends a template message in the form that it has on the wire. */
  send(message: TemplateMessage): Sent;

  /**
   * 设置所属行业: sets the two industries whose templates may be used, by their codes; once a
   * month.
   */
  setIndustry(id1: string | number, id2: string | number): Promise<Success>;

  /** 设置所属行业: the same in the form that it has on the wire. */
  setIndustry(body: Parameters<Template['setIndustry']>[0]): Promise<Success>;

  /**
   * 获得模板ID: adds a template of the library, such as `TM00015`, to the account’s own and answers
   * its `template_id`. One of a category needs `keywordNameList`, the names of its keywords.
   */
  add(shortId: string, options?: { keywordNameList?: readonly string[] | undefined }): Added;

  /** 获得模板ID: the same in the form that it has on the wire. */
  add(body: Parameters<Template['add']>[0]): Added;
}

const DEFAULT_TOP_COLOR = '#FF0000';

/** Creates the methods of templates with arguments. */
export function createTemplateMethods({
  send,
  setIndustry,
  add,
}: Pick<Template, 'send' | 'setIndustry' | 'add'>): TemplateMethods {
  return {
    send: async (
      first: string | TemplateMessage,
      templateId?: string,
      data?: TemplateValues,
      options?: TemplateOptions,
    ) => send(isWire(first) ? first : createTemplateMessage(first, templateId, data, options)),
    setIndustry: async (
      first: string | number | Parameters<Template['setIndustry']>[0],
      id2?: string | number,
    ) => setIndustry(isWire(first) ? first : readIndustries(first, id2)),
    add: async (
      first: string | Parameters<Template['add']>[0],
      options?: { keywordNameList?: readonly string[] | undefined },
    ) => add(isWire(first) ? first : readAddition(first, options)),
  };
}

function createTemplateMessage(
  openid: unknown,
  templateId: unknown,
  data: unknown,
  given: unknown,
) {
  const call = 'message.template.send';
  const options = readOptions(call, given);
  // The platform’s documentation no longer names the top colour; clients that know it show it.
  const message: TemplateMessage & { topcolor: string } = {
    touser: neededText(call, 'openid', openid),
    template_id: neededText(call, 'templateId', templateId),
    url: optionalText(call, 'url', options['url']),
    topcolor: optionalText(call, 'topcolor', options['topcolor']) ?? DEFAULT_TOP_COLOR,
    miniprogram: readMiniProgram(call, options['miniprogram']),
    client_msg_id: optionalText(call, 'clientMsgId', options['clientMsgId']),
    data: readTemplateData(call, data),
  };
  return message;
}

function readTemplateData(call: string, data: unknown): TemplateData {
  const values = Object.entries(neededFields(call, 'data', data));
  return Object.fromEntries(
    values.map(([name, given]) => {
      const { value, color } = isFields(given) ? given : { value: given };
      return [
        name,
        {
          value: readShownText(call, name, value),
          color: optionalText(call, `color of ${name}`, color),
        },
      ];
    }),
  );
}

function readShownText(call: string, name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw wrong(call, `data.${name}`, 'a string, a number, or { value, color }', value);
}

function readMiniProgram(call: string, given: unknown): MiniProgram | undefined {
  if (given === undefined || given === null) return undefined;
  const { appid, pagepath } = neededFields(call, 'miniprogram', given);
  return {
    appid: neededText(call, 'miniprogram.appid', appid),
    pagepath: optionalText(call, 'miniprogram.pagepath', pagepath),
  };
}

function readIndustries(id1: unknown, id2: unknown) {
  const call = 'message.template.setIndustry';
  return {
    industry_id1: String(neededNumber(call, 'id1', id1)),
    industry_id2: String(neededNumber(call, 'id2', id2)),
  };
}

function readAddition(shortId: unknown, options: unknown) {
  const call = 'message.template.add';
  const template_id_short = neededText(call, 'shortId', shortId);
  const { keywordNameList: names } = readOptions(call, options);
  if (names === undefined || names === null) return { template_id_short };
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) {
    return { template_id_short, keyword_name_list: names };
  }
  throw new InvalidArgumentError(`${call}: keywordNameList must be an array of strings`);
}
