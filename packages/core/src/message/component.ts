import { ParseError } from '../errors.ts';
import type { Fields } from '../tree.ts';
import {
  type Field,
  group,
  number,
  optionalGroup,
  optionalNumber,
  optionalText,
  type Shape,
  text,
} from './field.ts';

/** `authorizationCodeExpiredTime` in Unix seconds. */
const authorization = {
  authorizerAppid: text('AuthorizerAppid'),
  authorizationCode: text('AuthorizationCode'),
  authorizationCodeExpiredTime: number('AuthorizationCodeExpiredTime'),
  preAuthCode: text('PreAuthCode'),
} satisfies Shape;

/** `status` 0 is success. Without it there is no mini program, and so no `appid`. */
const registration = {
  appid: exactly(optionalText('appid')),
  status: number('status'),
  msg: optionalText('msg'),
} satisfies Shape;

const enterprise = {
  name: text('name'),
  code: text('code'),
  codeType: number('code_type'),
  legalPersonaWechat: text('legal_persona_wechat'),
  legalPersonaName: text('legal_persona_name'),
  componentPhone: text('component_phone'),
} satisfies Shape;

/**
 * The pushes to a third-party platform (第三方平台) about itself and its accounts, by `type`: the
 * word component, a colon and InfoType in lower case. To add one, add a row.
 */
export const PUSHES = {
  /** 验证票据: the platform’s verify ticket, every ten minutes; it is valid for 12 hours. */
  'component:component_verify_ticket': {
    componentVerifyTicket: text('ComponentVerifyTicket'),
  },
  /** 授权成功: an account gave rights to the platform; the code is valid until `authorizationCodeExpiredTime` (Unix seconds). */
  'component:authorized': authorization,
  /** 授权更新: an account changed the rights that it gave to the platform. */
  'component:updateauthorized': authorization,
  /** 取消授权: an account took its rights back. */
  'component:unauthorized': {
    authorizerAppid: text('AuthorizerAppid'),
  },
  /** 快速注册小程序结果: a mini program was registered for an enterprise or a person, or not; `status` 0 is success. */
  'component:notify_third_fasteregister': {
    ...registration,
    authCode: optionalText('auth_code'),
    info: group('info', {
      name: optionalText('name'),
      code: optionalText('code'),
      codeType: optionalNumber('code_type'),
      legalPersonaWechat: optionalText('legal_persona_wechat'),
      legalPersonaName: optionalText('legal_persona_name'),
      wxuser: optionalText('wxuser'),
      idname: optionalText('idname'),
      componentPhone: optionalText('component_phone'),
    }),
  },
  /** 注册试用小程序结果: a trial mini program was made, or not; `status` 0 is success. */
  'component:notify_third_fastregisterbetaapp': {
    ...registration,
    info: group('info', { uniqueId: text('unique_id'), name: text('name') }),
  },
  /** 试用小程序转正结果: a trial mini program became a real one, or not; `status` 0 is success. */
  'component:notify_third_fastverifybetaapp': {
    ...registration,
    info: group('info', enterprise),
  },
  /** 小程序认证进度: the verification of a mini program’s owner has come to another step. */
  'component:notify_3rd_wxa_auth': {
    appid: exactly(text('appid')),
    taskid: text('taskid'),
    taskStatus: number('task_status'),
    applyStatus: number('apply_status'),
    message: optionalText('message'),
    dispatchInfo: optionalGroup('dispatch_info', {
      provider: text('provider'),
      contact: text('contact'),
      dispatchTime: number('dispatch_time'),
    }),
  },
  /** 小程序年审提醒: the verification of a mini program’s owner ends at `expired` (Unix seconds). */
  'component:notify_3rd_wxa_wxverify': {
    appid: exactly(text('appid')),
    expired: number('expired'),
    message: optionalText('message'),
  },
  /** 小程序备案结果: the filing of a mini program with the authorities was reviewed. */
  'component:notify_apply_icpfiling_result': {
    authorizerAppid: text('authorizer_appid'),
    beianStatus: number('beian_status'),
  },
} as const satisfies Record<string, Shape>;

const appId = exactly(text('AppId'));
const infoType = text('InfoType');
const createTime = number('CreateTime');

/** Returns the name of a push, and the members it shares with messages; undefined when it is not a push. */
export function readPush(
  fields: Fields,
): { name: string; target: string; source: ''; time: number } | undefined {
  const kind = infoType.read(fields);
  if (kind === '' && !(infoType.tag in fields)) return undefined;
  for (const { tag, read } of [infoType, appId]) {
    if (read(fields) === '') throw new ParseError(`not a push: ${tag} is missing`);
    if (Array.isArray(fields[tag])) throw new ParseError(`not a push: ${tag} is repeated`);
  }
  return {
    name: `component:${kind.toLowerCase()}`,
    target: appId.read(fields),
    source: '',
    time: createTime.read(fields),
  };
}

/** Matches a tag's case exactly: AppId is the platform, appid the mini program. */
function exactly<T>(field: Field<T>): Field<T> {
  const { tag, read } = field;
  return { ...field, read: (fields) => read(tag in fields ? fields : {}) };
}
