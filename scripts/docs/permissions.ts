// Who may call a method, and which 权限集 a third-party platform needs for it. From the platform's
// 接口权限说明, its 公众号权限集 and the pages of methods, as read in November 2026. What they do not
// name has no row here: nothing is guessed.

/** The kinds of account that the platform tells apart. */
const ACCOUNTS = {
  all: ['all', '全部账号'],
  verified: ['verified', '已认证的订阅号、服务号'],
  service: ['verified 服务号', '已认证的服务号'],
  menu: ['服务号, verified 订阅号', '服务号，已认证的订阅号'],
  applied: ['verified, on application', '已认证，另需申请'],
  both: ['订阅号, 服务号', '订阅号、服务号'],
} as const;

interface Permission {
  readonly accounts?: keyof typeof ACCOUNTS;
  /** Numbers of 权限集, one of which is enough. */
  readonly sets?: readonly number[];
}

/** By a method's name or the beginning of it; the longest that fits holds. */
const PERMISSIONS: Readonly<Record<string, Permission>> = {
  token: { accounts: 'all' },
  'callback.getCallbackIp': { accounts: 'all' },
  menu: { accounts: 'menu', sets: [15] },
  'message.custom': { accounts: 'verified', sets: [1] },
  'message.template': { accounts: 'service', sets: [7] },
  'message.subscribe': { sets: [89] },
  'message.subscribe.sendOnce': { accounts: 'verified' },
  'message.subscribe.buildAuthorizeUrl': { accounts: 'verified' },
  'message.mass': { accounts: 'verified', sets: [7] },
  'message.mass.send': { accounts: 'service', sets: [7] },
  'message.mass.sendAll': { accounts: 'verified', sets: [7] },
  media: { accounts: 'verified', sets: [11] },
  material: { accounts: 'verified', sets: [11] },
  draft: { accounts: 'both', sets: [11, 100] },
  'draft.getProductCardInfo': {},
  freepublish: { sets: [7] },
  user: { accounts: 'verified', sets: [2] },
  'user.changeOpenid': {},
  tag: { accounts: 'verified', sets: [2] },
  group: { accounts: 'verified', sets: [2] },
  blacklist: { sets: [2] },
  kf: { accounts: 'service', sets: [6] },
  'qrcode.create': { accounts: 'service', sets: [3] },
  'qrcode.show': { accounts: 'service' },
  ticket: { accounts: 'all', sets: [4] },
  oauth2: { accounts: 'service', sets: [4] },
  'oauth2.buildQrConnectUrl': {},
  card: { accounts: 'applied', sets: [8] },
  invoice: { sets: [26] },
  medical: { sets: [113] },
  'nontax.getBillAuthUrl': { sets: [47] },
  'nontax.createBillCard': { sets: [47] },
  'nontax.insertBill': { sets: [47] },
  'component.createOpenAccount': { sets: [24] },
  'component.bindOpenAccount': { sets: [24] },
  'component.unbindOpenAccount': { sets: [24] },
  'component.getOpenAccount': { sets: [24] },
  'component.hasOpenAccount': { sets: [24] },
  'component.getLinkedMiniPrograms': { sets: [33] },
  'component.linkMiniProgram': { sets: [33] },
  'component.unlinkMiniProgram': { sets: [33] },
  marketcode: { sets: [46] },
};

/** Gives the kinds of account that may call a method, and its 权限集; empty where not known. */
export function findPermission(
  method: string,
  language: 'en' | 'zh-CN',
): [accounts: string, sets: string] {
  const names = method.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'));
  const { accounts, sets = [] } = names.map((name) => PERMISSIONS[name]).findLast(Boolean) ?? {};
  const words = accounts ? ACCOUNTS[accounts][language === 'en' ? 0 : 1] : '';
  return [words, sets.join(language === 'en' ? ', ' : '、')];
}

/** The names that the table has, so that a check finds those of no method. */
export const permissionNames: readonly string[] = Object.keys(PERMISSIONS);
