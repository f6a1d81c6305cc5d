/** The texts of the page in both languages, and the choice between them. */
const TEXTS = {
  product: ['WeChat Simulator', '微信模拟器'],
  skip: ['Skip to the message box', '跳到输入框'],
  views: ['What to show', '显示内容'],
  chat: ['Chat', '聊天'],
  log: ['Log', '日志'],
  otherLanguage: ['中文', 'English'],
  themeAuto: ['Colours: as the system', '颜色：跟随系统'],
  themeLight: ['Colours: light', '颜色：浅色'],
  themeDark: ['Colours: dark', '颜色：深色'],
  people: ['Users', '用户'],
  addUser: ['Add a user', '添加用户'],
  addTemplate: ['Add a template', '添加模板'],
  templateId: ['template_id (empty: a new one)', '模板 ID（留空则自动生成）'],
  templateContent: ['Content', '内容'],
  userName: ['Name', '名字'],
  add: ['Add', '添加'],
  follow: ['Follow', '关注'],
  unfollow: ['Unfollow', '取消关注'],
  follows: ['follows', '已关注'],
  stranger: ['does not follow', '未关注'],
  followed: ['You follow the account', '你已关注该公众号'],
  unfollowed: ['You no longer follow the account', '你已取消关注该公众号'],
  followFirst: ['Only followers can do that: follow first', '未关注不能这样操作，请先关注'],
  unread: ['new messages', '条新消息'],
  conversation: ['Conversation', '对话'],
  nobody: ['Add a user to begin.', '请先添加一个用户。'],
  menu: ["The account's menu", '公众号菜单'],
  showMenu: ['Show the menu', '显示菜单'],
  showKeyboard: ['Write a message', '切换到键盘'],
  write: ['Message', '消息'],
  emoji: ['Emoji', '表情'],
  more: ['More', '更多'],
  send: ['Send', '发送'],
  cancel: ['Cancel', '取消'],
  image: ['Picture', '图片'],
  voice: ['Voice', '语音'],
  video: ['Video', '视频'],
  location: ['Location', '位置'],
  shareLink: ['Link', '链接'],
  file: ['File', '文件'],
  sample: ['Without a file a sample is sent.', '不选文件则发送示例。'],
  tooBig: ['The file is larger than 5 MB.', '文件超过 5 MB。'],
  recognition: ['What is said (speech recognition)', '语音识别结果'],
  scan: ['Scan', '扫一扫'],
  scene: ["The QR code's scene", '二维码场景值'],
  scanned: ['What the code says', '扫码结果'],
  latitude: ['Latitude', '纬度'],
  longitude: ['Longitude', '经度'],
  label: ['Name of the place', '地点名称'],
  linkTitle: ['Title', '标题'],
  linkText: ['Description', '描述'],
  linkUrl: ['Address', '网址'],
  open: ['Open', '打开'],
  leaves: ['This address is outside this machine', '此网址不在本机'],
  outsidePicture: ['A picture from elsewhere; not loaded', '外部图片，未加载'],
  lost: ['cannot be shown here', '无法在此显示'],
  details: ['Details', '详情'],
  template: ['Template message', '模板消息'],
  mini: ['Mini Program', '小程序'],
  transferred: ['Transferred to customer service', '已转接人工客服'],
  transferredToAI: ['Transferred to the platform’s AI', '已转接AI回复'],
  other: ['A message of type', '消息类型'],
  you: ['You', '你'],
  account: ['Account', '公众号'],
  toast: [
    '该公众号提供的服务出现故障，请稍后再试 (the service of this account is not available)',
    '该公众号提供的服务出现故障，请稍后再试',
  ],
  filter: ['Show', '筛选'],
  all: ['All', '全部'],
  deliveries: ['Deliveries', '推送'],
  calls: ['API calls', '接口调用'],
  clear: ['Clear', '清空'],
  faults: ['Faults', '故障'],
  again: ['Send again', '重发'],
  againHint: ['The last message again, with the same MsgId', '以相同的 MsgId 重发上一条消息'],
  breakSignature: ['Break the signature', '破坏签名'],
  reorder: ['Reorder', '乱序'],
  drop: ['Lose next', '丢弃'],
  duplicate: ['Copies', '重复'],
  remark: ['Something in the reply does not show', '回复中有内容不会显示'],
  query: ['Query', '查询参数'],
  network: ['Network', '网络'],
  normal: ['normal', '正常'],
  empty: ['Nothing has happened yet.', '还没有任何记录。'],
  attempt: ['try', '第'],
  attemptEnd: ['', '次'],
  noAnswer: ['no answer', '无应答'],
  request: ['Request', '请求'],
  response: ['Answer', '应答'],
  body: ['As sent', '原文'],
  plain: ['Decrypted', '解密后'],
  nothing: ['(empty)', '（空）'],
  problem: ['Problem', '问题'],
  disconnected: ['The simulator does not answer; trying again …', '模拟器无应答，正在重连…'],
  unreachable: ['the simulator does not answer', '模拟器无应答'],
  wrongText: ['{1}: a text of 1 to {2} characters', '{1} 须为 1 到 {2} 个字'],
  wrongNumber: ['{1}: a number from {2} to {3}', '{1} 须为 {2} 到 {3} 的数字'],
  wrongId: [
    'template_id: 1 to 128 letters, digits, hyphens or underscores',
    '模板 ID 只能是 1 到 128 个字母、数字、“-”或“_”',
  ],
  wrongContent: ['Content: a text with {{keyword.DATA}} in it', '内容里要有 {{关键词.DATA}}'],
  forgotten: ['that delivery is not in the log any more', '日志里已没有这次推送'],
  noMedia: ['the account has no media_id {1}', '公众号没有 media_id 为 {1} 的素材'],
  failed: ['That did not work', '操作失败'],
};

let language = stored() ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');

/** Returns the text for a name. */
export const t = (name) => TEXTS[name]?.[language === 'zh' ? 1 : 0] ?? name;

/** Fills in the texts that the page's HTML names. */
export function applyTexts() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = t(element.dataset.text);
  }
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', t(element.dataset.label));
  }
}

export function switchLanguage() {
  language = language === 'zh' ? 'en' : 'zh';
  remember('language', language);
  applyTexts();
}

function stored() {
  const value = recall('language');
  return value === 'zh' || value === 'en' ? value : undefined;
}

/** Reads a stored value; returns nothing when storage is forbidden. */
export function recall(name) {
  try {
    return localStorage.getItem(`wechat-simulator-${name}`);
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`wechat-simulator-${name}`, value);
  } catch {
    // Then it is for this visit only.
  }
}
