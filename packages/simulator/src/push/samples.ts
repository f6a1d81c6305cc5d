import type { MessageName } from '@wechat-mp/core';
import type { WireFields } from '../wire.ts';

/** Every message and event that the platform is known to send about an account. */
type KnownName = Exclude<MessageName, `component:${string}` | 'unknown' | 'event:unknown'>;

/** The name of a message, as used for handlers: `text`, `event:click`; events may be unknown ones. */
export type SentName = KnownName | `event:${string}`;

/** The tags of a message, without those that all messages share. */
type Sample = WireFields & { readonly Event?: string };

/** The default tags of each message. To add a message, add a row. */
export const SAMPLES: Readonly<Record<KnownName, Sample>> = {
  /** 文本消息 */
  text: { Content: '你好' },
  /** 图片消息 */
  image: { PicUrl: 'http://127.0.0.1/picture.jpg', MediaId: 'MEDIA_ID' },
  /** 语音消息 */
  voice: { MediaId: 'MEDIA_ID', Format: 'amr' },
  /** 视频消息 */
  video: { MediaId: 'MEDIA_ID', ThumbMediaId: 'THUMB_MEDIA_ID' },
  /** 小视频消息 */
  shortvideo: { MediaId: 'MEDIA_ID', ThumbMediaId: 'THUMB_MEDIA_ID' },
  /** 地理位置消息 */
  location: {
    Location_X: 23.137466,
    Location_Y: 113.352425,
    Scale: 20,
    Label: '广州市海珠区客村艺苑路 12 号',
  },
  /** 链接消息 */
  link: {
    Title: '公众平台官网链接',
    Description: '公众平台官网',
    Url: 'https://mp.weixin.qq.com/',
  },
  /** 文件消息 */
  file: { Title: '公众平台官网链接' },
  /** 小程序卡片消息 */
  miniprogrampage: {
    Title: '微信公众平台',
    AppId: 'wx97f2f8ac5a4e3d2b',
    PagePath: 'pages/index/index',
    ThumbUrl: 'http://127.0.0.1/picture.jpg',
    ThumbMediaId: 'THUMB_MEDIA_ID',
  },
  /** 硬件平台消息（旧） */
  hardware: { HardWare: { MessageView: 'myrank', MessageAction: 'ranklist' } },
  /** 设备发消息给公众号 device_text */
  device_text: {
    DeviceType: 'gh_97417a04a28d',
    DeviceID: '123456',
    Content: '5L2g5aW9',
    SessionID: '9394',
    OpenID: 'OPENID',
  },
  /** 设备绑定 device_event */
  'device_event:bind': {
    Event: 'bind',
    DeviceType: 'gh_97417a04a28d',
    DeviceID: '123456',
    SessionID: '9394',
    Content: '5L2g5aW9',
    OpenID: 'OPENID',
  },
  /** 设备解绑 device_event */
  'device_event:unbind': {
    Event: 'unbind',
    DeviceType: 'gh_97417a04a28d',
    DeviceID: '123456',
    SessionID: '9394',
    Content: '5L2g5aW9',
    OpenID: 'OPENID',
  },
  /** 订阅设备状态 device_event */
  'device_event:subscribe_status': {
    Event: 'subscribe_status',
    DeviceType: 'gh_97417a04a28d',
    DeviceID: '123456',
    OpType: 2,
    OpenID: 'OPENID',
  },
  /** 退订设备状态 device_event */
  'device_event:unsubscribe_status': {
    Event: 'unsubscribe_status',
    DeviceType: 'gh_97417a04a28d',
    DeviceID: '123456',
    OpType: 2,
    OpenID: 'OPENID',
  },
  /** 关注事件 */
  'event:subscribe': { Event: 'subscribe', EventKey: '' },
  /** 取消关注事件 */
  'event:unsubscribe': { Event: 'unsubscribe', EventKey: '' },
  /** 已关注用户扫描带参数二维码 */
  'event:scan': { Event: 'SCAN', EventKey: 'EVENT_KEY', Ticket: 'TICKET' },
  /** 上报地理位置事件 */
  'event:location': {
    Event: 'LOCATION',
    Latitude: 23.137466,
    Longitude: 113.352425,
    Precision: 119.38504,
  },
  /** 点击菜单拉取消息 */
  'event:click': { Event: 'CLICK', EventKey: 'EVENT_KEY' },
  /** 点击菜单跳转链接 */
  'event:view': { Event: 'VIEW', EventKey: 'EVENT_KEY' },
  /** 扫码推事件 */
  'event:scancode_push': {
    Event: 'scancode_push',
    EventKey: 'EVENT_KEY',
    ScanCodeInfo: { ScanType: 'qrcode', ScanResult: '1' },
  },
  /** 扫码推事件且弹出“消息接收中” */
  'event:scancode_waitmsg': {
    Event: 'scancode_waitmsg',
    EventKey: 'EVENT_KEY',
    ScanCodeInfo: { ScanType: 'qrcode', ScanResult: '1' },
  },
  /** 弹出系统拍照发图 */
  'event:pic_sysphoto': {
    Event: 'pic_sysphoto',
    EventKey: 'EVENT_KEY',
    SendPicsInfo: {
      Count: 1,
      PicList: { item: { PicMd5Sum: '1b5f7c23b5bf75682a53e7b6d163e185' } },
    },
  },
  /** 弹出拍照或者相册发图 */
  'event:pic_photo_or_album': {
    Event: 'pic_photo_or_album',
    EventKey: 'EVENT_KEY',
    SendPicsInfo: {
      Count: 1,
      PicList: { item: { PicMd5Sum: '1b5f7c23b5bf75682a53e7b6d163e185' } },
    },
  },
  /** 弹出微信相册发图器 */
  'event:pic_weixin': {
    Event: 'pic_weixin',
    EventKey: 'EVENT_KEY',
    SendPicsInfo: {
      Count: 1,
      PicList: { item: { PicMd5Sum: '1b5f7c23b5bf75682a53e7b6d163e185' } },
    },
  },
  /** 弹出地理位置选择器 */
  'event:location_select': {
    Event: 'location_select',
    EventKey: 'EVENT_KEY',
    SendLocationInfo: {
      Location_X: 23.137466,
      Location_Y: 113.352425,
      Scale: 20,
      Label: '广州市海珠区客村艺苑路 12 号',
    },
  },
  /** 点击菜单跳转小程序 */
  'event:view_miniprogram': { Event: 'view_miniprogram', EventKey: 'EVENT_KEY' },
  /** 模板消息发送任务完成 */
  'event:templatesendjobfinish': {
    Event: 'TEMPLATESENDJOBFINISH',
    MsgID: '1700827132819554304',
    Status: 'success',
  },
  /** 群发任务完成 */
  'event:masssendjobfinish': {
    Event: 'MASSSENDJOBFINISH',
    MsgID: '1700827132819554304',
    Status: 'send success',
    TotalCount: 100,
    FilterCount: 80,
    SentCount: 75,
    ErrorCount: 5,
  },
  /** 发布任务完成 */
  'event:publishjobfinish': {
    Event: 'PUBLISHJOBFINISH',
    PublishEventInfo: {
      publish_id: '2247503051',
      publish_status: 0,
      article_id: 'b5O2OUs25HBxRceL7hfReg-U9QGeq9zQjiDvyWP4Hq4',
      article_detail: {
        count: 1,
        item: { idx: 1, article_url: 'https://mp.weixin.qq.com/s/ARTICLE' },
      },
    },
  },
  /** 用户操作订阅通知弹窗 */
  'event:subscribe_msg_popup_event': {
    Event: 'subscribe_msg_popup_event',
    SubscribeMsgPopupEvent: {
      List: {
        TemplateId: 'VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc',
        SubscribeStatusString: 'accept',
        PopupScene: 2,
      },
    },
  },
  /** 用户管理订阅通知 */
  'event:subscribe_msg_change_event': {
    Event: 'subscribe_msg_change_event',
    SubscribeMsgChangeEvent: {
      List: {
        TemplateId: 'VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc',
        SubscribeStatusString: 'accept',
      },
    },
  },
  /** 发送订阅通知结果 */
  'event:subscribe_msg_sent_event': {
    Event: 'subscribe_msg_sent_event',
    SubscribeMsgSentEvent: {
      List: {
        TemplateId: 'VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc',
        MsgID: '1700827132819554304',
        ErrorCode: 0,
        ErrorStatus: 'success',
      },
    },
  },
  /** 客服接入会话 */
  'event:kf_create_session': { Event: 'kf_create_session', KfAccount: 'test1@test' },
  /** 客服关闭会话 */
  'event:kf_close_session': { Event: 'kf_close_session', KfAccount: 'test1@test' },
  /** 客服转接会话 */
  'event:kf_switch_session': {
    Event: 'kf_switch_session',
    FromKfAccount: 'test1@test',
    ToKfAccount: 'test2@test',
  },
  /** 资质认证成功 */
  'event:qualification_verify_success': {
    Event: 'qualification_verify_success',
    ExpiredTime: 1500000000,
  },
  /** 名称认证成功 */
  'event:naming_verify_success': { Event: 'naming_verify_success', ExpiredTime: 1500000000 },
  /** 年审通知 */
  'event:annual_renew': { Event: 'annual_renew', ExpiredTime: 1500000000 },
  /** 认证过期失效通知 */
  'event:verify_expired': { Event: 'verify_expired', ExpiredTime: 1500000000 },
  /** 资质认证失败 */
  'event:qualification_verify_fail': {
    Event: 'qualification_verify_fail',
    FailTime: 1500000000,
    FailReason: 'reason',
  },
  /** 名称认证失败 */
  'event:naming_verify_fail': {
    Event: 'naming_verify_fail',
    FailTime: 1500000000,
    FailReason: 'reason',
  },
  /** 卡券通过审核 */
  'event:card_pass_check': { Event: 'card_pass_check', CardId: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc' },
  /** 卡券未通过审核 */
  'event:card_not_pass_check': {
    Event: 'card_not_pass_check',
    CardId: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc',
    RefuseReason: '',
  },
  /** 子商户审核结果 */
  'event:card_merchant_check_result': {
    Event: 'card_merchant_check_result',
    MerchantId: '1900000001',
    IsPass: 1,
  },
  /** 领取卡券 */
  'event:user_get_card': {
    Event: 'user_get_card',
    CardId: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc',
    IsGiveByFriend: 0,
    UserCardCode: '018255396048',
  },
  /** 转赠卡券 */
  'event:user_gifting_card': {
    Event: 'user_gifting_card',
    CardId: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc',
    UserCardCode: '018255396048',
    IsReturnBack: 0,
    FriendUserName: 'o9AgO5Kd5ggOC-bXrbNODIiE3bGZ',
    IsChatRoom: 0,
  },
  /** 删除卡券 */
  'event:user_del_card': {
    Event: 'user_del_card',
    CardId: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc',
    UserCardCode: '018255396048',
  },
  /** 核销卡券 */
  'event:user_consume_card': {
    Event: 'user_consume_card',
    CardId: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc',
    UserCardCode: '018255396048',
    ConsumeSource: 'FROM_API',
  },
  /** 买单事件 */
  'event:user_pay_from_pay_cell': {
    Event: 'user_pay_from_pay_cell',
    CardId: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc',
    UserCardCode: '018255396048',
    Fee: 10000,
    OriginalFee: 10000,
  },
  /** 进入会员卡 */
  'event:user_view_card': {
    Event: 'user_view_card',
    CardId: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc',
    UserCardCode: '018255396048',
  },
  /** 从卡券进入公众号会话 */
  'event:user_enter_session_from_card': {
    Event: 'user_enter_session_from_card',
    CardId: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc',
    UserCardCode: '018255396048',
  },
  /** 会员卡内容更新 */
  'event:update_member_card': {
    Event: 'update_member_card',
    CardId: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc',
    UserCardCode: '018255396048',
    ModifyBonus: 100,
    ModifyBalance: 0,
  },
  /** 卡券库存报警 */
  'event:card_sku_remind': {
    Event: 'card_sku_remind',
    CardId: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc',
    Detail: '',
  },
  /** 券点流水详情 */
  'event:card_pay_order': {
    Event: 'card_pay_order',
    OrderId: '7197417460812529000',
    Status: 'success',
    CreateOrderTime: 1472476800,
    PayFinishTime: 1472476805,
    FreeCoinCount: 0,
    PayCoinCount: 50,
    RefundFreeCoinCount: 0,
    RefundPayCoinCount: 0,
    OrderType: 'ORDER_TYPE_WXPAY',
  },
  /** 会员卡激活（提交会员信息） */
  'event:submit_membercard_user_info': {
    Event: 'submit_membercard_user_info',
    CardId: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc',
    UserCardCode: '018255396048',
  },
  /** 礼品卡付款成功 */
  'event:giftcard_pay_done': {
    Event: 'giftcard_pay_done',
    PageId: 'OTHER',
    OrderId: '7197417460812529000',
  },
  /** 礼品卡赠送 */
  'event:giftcard_send_to_friend': {
    Event: 'giftcard_send_to_friend',
    PageId: 'OTHER',
    OrderId: '7197417460812529000',
    IsChatRoom: 'false',
  },
  /** 礼品卡领取成功 */
  'event:giftcard_user_accept': {
    Event: 'giftcard_user_accept',
    PageId: 'OTHER',
    OrderId: '7197417460812529000',
    IsChatRoom: 'false',
  },
  /** 用户授权发票 */
  'event:user_authorize_invoice': { Event: 'user_authorize_invoice' },
  /** 发票报销状态更新 */
  'event:update_invoice_status': {
    Event: 'update_invoice_status',
    Status: 'success',
    CardId: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc',
    Code: 'CODE',
  },
  /** 用户提交发票抬头 */
  'event:submit_invoice_title': {
    Event: 'submit_invoice_title',
    title: '票据',
    title_type: 'InvoiceUserTitleBusinessType',
  },
  /** 云发票开票结果 */
  'event:cloud_invoice_invoiceresult_event': {
    Event: 'cloud_invoice_invoiceresult_event',
    fpqqlsh: 'fpqqlsh',
    status: 0,
    nsrsbh: 'nsrsbh',
  },
  /** 门店审核结果 */
  'event:poi_check_notify': {
    Event: 'poi_check_notify',
    UniqId: '123',
    PoiId: '271262077',
    Result: 'succ',
    msg: '',
  },
  /** 腾讯地图创建门店审核 */
  'event:create_map_poi_audit_info': {
    Event: 'create_map_poi_audit_info',
    audit_id: '3131',
    status: 0,
    map_poi_id: '15576476474',
    name: '小店',
    address: '艺苑路 12 号',
    latitude: 23.137466,
    longitude: 113.352425,
    sh_remark: '',
  },
  /** 门店小程序商户审核 */
  'event:apply_merchant_audit_info': {
    Event: 'apply_merchant_audit_info',
    audit_id: '3131',
    status: 0,
    reason: '',
  },
  /** 门店小程序创建门店审核 */
  'event:add_store_audit_info': {
    Event: 'add_store_audit_info',
    audit_id: '3131',
    status: 0,
    reason: '',
    is_upgrade: 0,
    poiid: '12',
  },
  /** 门店小程序修改门店审核 */
  'event:modify_store_audit_info': {
    Event: 'modify_store_audit_info',
    audit_id: '3131',
    status: 0,
    reason: '',
  },
  /** Wi-Fi 连网成功 */
  'event:wificonnected': {
    Event: 'WifiConnected',
    ConnectTime: 1452224720,
    ExpireTime: 1500000000,
    VendorId: '3001224419',
    PlaceId: '1234',
    DeviceNo: '00:1F:7A:AD:5C:A8',
  },
  /** 摇一摇周边事件 */
  'event:shakearoundusershake': {
    Event: 'ShakearoundUserShake',
    ChosenBeacon: { Uuid: '121212121212', Major: '1', Minor: '2', Distance: 0.057 },
  },
  /** 微信小店订单付款（旧） */
  'event:merchant_order': {
    Event: 'merchant_order',
    OrderId: '7197417460812529000',
    OrderStatus: 2,
    ProductId: 'pDF3iYwktviE3BzU3BKiSWWi9Nkw',
    SkuInfo: '10001:1000012',
  },
  /** 打开商品主页 */
  'event:user_scan_product': {
    Event: 'user_scan_product',
    KeyStandard: 'ean13',
    KeyStr: '6900000000000',
    Country: '中国',
    Province: '广东',
    City: '广州',
    Sex: 1,
    Scene: 2,
  },
  /** 从商品主页进入公众号 */
  'event:user_scan_product_enter_session': {
    Event: 'user_scan_product_enter_session',
    KeyStandard: 'ean13',
    KeyStr: '6900000000000',
  },
  /** 商品扫码地理位置异步推送 */
  'event:user_scan_product_async': {
    Event: 'user_scan_product_async',
    KeyStandard: 'ean13',
    KeyStr: '6900000000000',
    RegionCode: '010#0',
  },
  /** 商品审核结果 */
  'event:user_scan_product_verify_action': {
    Event: 'user_scan_product_verify_action',
    KeyStandard: 'ean13',
    KeyStr: '6900000000000',
    Result: 'succ',
  },
  /** 导购顾问二维码扫码 */
  'event:guide_qrcode_scan_event': {
    Event: 'guide_qrcode_scan_event',
    GuideScanEvent: {
      qrcode_guide_account: 'guide',
      openid: 'o9AgO5Kd5ggOC-bXrbNODIiE3bGY',
      action: 0,
    },
  },
  /** 导购顾问邀请结果 */
  'event:guide_invite_result_event': { Event: 'guide_invite_result_event' },
  /** 为顾问分配客户 */
  'event:add_guide_buyer_relation_event': { Event: 'add_guide_buyer_relation_event' },
  /** 授权用户资料变更 */
  'event:user_info_modified': {
    Event: 'user_info_modified',
    OpenID: 'OPENID',
    AppID: 'wx0123456789abcdef',
  },
  /** 用户撤回授权 */
  'event:user_authorization_revoke': {
    Event: 'user_authorization_revoke',
    OpenID: 'OPENID',
    AppID: 'wx0123456789abcdef',
  },
  /** 授权用户注销 */
  'event:user_authorization_cancellation': {
    Event: 'user_authorization_cancellation',
    OpenID: 'OPENID',
    AppID: 'wx0123456789abcdef',
  },
  /** 消息推送调试工具事件 */
  'event:debug_demo': { Event: 'debug_demo', debug_str: 'hello world' },
  /** 进入会话（旧） */
  'event:enter': { Event: 'ENTER' },
};
