const ACCOUNT = '微信开发者平台 → 我的业务 → 公众号/服务号';
const BASICS = `${ACCOUNT} → 基础信息`;
const SECRETS = `${BASICS} → 开发密钥`;
const PUSHES = `${BASICS} → 域名与消息推送配置`;
/** The settings that did not move on 1 December 2025. */
const OLD = '微信公众平台 → 设置与开发 → 账号设置 → 功能设置';

/**
 * The place of each setting in the console. Documentation, errors and the doctor use these paths.
 *
 * @see https://developers.weixin.qq.com/doc/service/guide/dev/migration.html
 */
export const CONSOLE = {
  /** 开发者ID. */
  appid: BASICS,
  /** 开发者密钥, shown once. */
  appsecret: SECRETS,
  /** IP 白名单. */
  ipAllowlist: SECRETS,
  /** 服务器配置: the address, and the way of encryption. */
  server: PUSHES,
  token: PUSHES,
  encodingAESKey: PUSHES,
  /** JS接口安全域名. */
  jsDomain: PUSHES,
  /** 接口权限. */
  permissions: `${ACCOUNT} → 接口管理 → 接口权限与额度`,
  /** 网页授权域名. */
  oauthDomain: OLD,
  /** 业务域名. */
  businessDomain: OLD,
  /** Everything of a third-party platform, its 白名单IP地址列表 too. */
  component: '微信开放平台 → 管理中心 → 第三方平台',
} as const;
