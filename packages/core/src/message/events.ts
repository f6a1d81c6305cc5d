import {
  type Field,
  group,
  groupOrInline,
  items,
  list,
  number,
  numbers,
  optionalGroup,
  optionalNumber,
  optionalText,
  type Shape,
  text,
} from './field.ts';

const deviceContent = {
  deviceType: text('DeviceType'),
  deviceId: text('DeviceID'),
  sessionId: text('SessionID'),
  content: text('Content'),
  openId: text('OpenID'),
  id: optionalText('MsgId'),
} satisfies Shape;

/** `opType`: 0 unsubscribe, 1 heartbeat, 2 subscribe. */
const deviceStatus = {
  deviceType: text('DeviceType'),
  deviceId: text('DeviceID'),
  opType: number('OpType'),
  openId: text('OpenID'),
  id: optionalText('MsgId'),
} satisfies Shape;

const scannedCode = {
  key: text('EventKey'),
  scanCodeInfo: group('ScanCodeInfo', {
    scanType: text('ScanType'),
    scanResult: text('ScanResult'),
  }),
} satisfies Shape;

const sentPictures = {
  key: text('EventKey'),
  sendPicsInfo: group('SendPicsInfo', {
    count: number('Count'),
    picList: items('PicList', { picMd5Sum: text('PicMd5Sum') }),
    eventKey: optionalText('EventKey'),
  }),
} satisfies Shape;

const verified = { expiredTime: number('ExpiredTime') } satisfies Shape;

/** `failTime` in Unix seconds. */
const notVerified = {
  failTime: number('FailTime'),
  failReason: text('FailReason'),
} satisfies Shape;

const card = { cardId: text('CardId'), userCardCode: text('UserCardCode') } satisfies Shape;

const storeAudit = {
  auditId: text('audit_id'),
  status: number('status'),
  reason: text('reason'),
} satisfies Shape;

const beacon = {
  uuid: text('Uuid'),
  major: text('Major'),
  minor: text('Minor'),
  distance: number('Distance'),
} satisfies Shape;

const product = { keyStandard: text('KeyStandard'), keyStr: text('KeyStr') } satisfies Shape;

const authorization = {
  openId: text('OpenID'),
  appId: text('AppID'),
  revokeInfo: optionalText('RevokeInfo'),
  unionId: optionalText('UnionID'),
} satisfies Shape;

/** The events, by their `type`: MsgType, a colon and Event in lower case. Adding one is adding a row. */
export const EVENTS = {
  /** 设备绑定: a user binds a device; `content` is base64. */
  'device_event:bind': deviceContent,
  /** 设备解绑: a user unbinds a device; `content` is base64. */
  'device_event:unbind': deviceContent,
  /** 订阅设备状态: a user wants a device’s state; answered with `reply.deviceStatus`. */
  'device_event:subscribe_status': deviceStatus,
  /** 退订设备状态: a user no longer wants a device’s state; answered with `reply.deviceStatus`. */
  'device_event:unsubscribe_status': deviceStatus,
  /** 关注事件: a user follows the account; `scene` is the QR code’s, when there was one. */
  'event:subscribe': {
    key: optionalText('EventKey'),
    scene: defineScene('qrscene_'),
    ticket: optionalText('Ticket'),
  },
  /** 取消关注事件: a user unfollows the account. */
  'event:unsubscribe': {
    key: optionalText('EventKey'),
    ticket: optionalText('Ticket'),
  },
  /** 已关注用户扫描带参数二维码: a follower scans one of the account’s QR codes. */
  'event:scan': {
    key: text('EventKey'),
    scene: text('EventKey'),
    ticket: text('Ticket'),
  },
  /** 上报地理位置事件: a user’s position, reported on entering or every five seconds. */
  'event:location': {
    latitude: number('Latitude'),
    longitude: number('Longitude'),
    precision: number('Precision'),
  },
  /** 点击菜单拉取消息: a menu button that asks for an answer. */
  'event:click': {
    key: text('EventKey'),
  },
  /** 点击菜单跳转链接: a menu button that opens a page; `key` is its URL. */
  'event:view': {
    key: text('EventKey'),
    menuId: optionalText('MenuId'),
  },
  /** 扫码推事件: a menu button that scans a code. */
  'event:scancode_push': scannedCode,
  /** 扫码推事件且弹出“消息接收中”: the same, and the user waits for an answer. */
  'event:scancode_waitmsg': scannedCode,
  /** 弹出系统拍照发图: a menu button that takes a photo; the photo follows as an image message. */
  'event:pic_sysphoto': sentPictures,
  /** 弹出拍照或者相册发图: a menu button that takes or picks photos; they follow as image messages. */
  'event:pic_photo_or_album': sentPictures,
  /** 弹出微信相册发图器: a menu button that picks photos from WeChat’s album; they follow as image messages. */
  'event:pic_weixin': sentPictures,
  /** 弹出地理位置选择器: a menu button that picks a place; a location message follows. */
  'event:location_select': {
    key: text('EventKey'),
    sendLocationInfo: group('SendLocationInfo', {
      locationX: number('Location_X'),
      locationY: number('Location_Y'),
      scale: number('Scale'),
      label: text('Label'),
      poiname: optionalText('Poiname'),
      eventKey: optionalText('EventKey'),
    }),
  },
  /** 点击菜单跳转小程序: a menu button that opens a mini program; `key` is its path. */
  'event:view_miniprogram': {
    key: text('EventKey'),
    menuId: optionalText('MenuId'),
  },
  /** 模板消息发送任务完成: a template message was delivered, or not. */
  'event:templatesendjobfinish': {
    msgId: text('MsgID'),
    status: text('Status'),
  },
  /** 群发任务完成: a mass message was sent; `status` is `send success`, `send fail` or `err(N)`. */
  'event:masssendjobfinish': {
    msgId: text('MsgID'),
    status: text('Status'),
    totalCount: number('TotalCount'),
    filterCount: number('FilterCount'),
    sentCount: number('SentCount'),
    errorCount: number('ErrorCount'),
    copyrightCheckResult: optionalGroup('CopyrightCheckResult', {
      count: number('Count'),
      resultList: items('ResultList', {
        articleIdx: number('ArticleIdx'),
        userDeclareState: number('UserDeclareState'),
        auditState: number('AuditState'),
        originalArticleUrl: text('OriginalArticleUrl'),
        originalArticleType: number('OriginalArticleType'),
        canReprint: number('CanReprint'),
        needReplaceContent: number('NeedReplaceContent'),
        needShowReprintSource: number('NeedShowReprintSource'),
      }),
      checkState: number('CheckState'),
    }),
    articleUrlResult: optionalGroup('ArticleUrlResult', {
      count: number('Count'),
      resultList: items('ResultList', {
        articleIdx: number('ArticleIdx'),
        articleUrl: text('ArticleUrl'),
      }),
    }),
  },
  /** 发布任务完成: an article was published, or not; `publishStatus` 0 is success. */
  'event:publishjobfinish': {
    publishEventInfo: group('PublishEventInfo', {
      publishId: text('publish_id'),
      publishStatus: number('publish_status'),
      articleId: optionalText('article_id'),
      articleDetail: optionalGroup('article_detail', {
        count: number('count'),
        item: list('item', {
          idx: number('idx'),
          articleUrl: text('article_url'),
        }),
      }),
      failIdx: numbers('fail_idx'),
    }),
  },
  /** 用户操作订阅通知弹窗: a user answered the question for notifications. */
  'event:subscribe_msg_popup_event': {
    subscribeMsgPopupEvent: groupOrInline('SubscribeMsgPopupEvent', {
      list: list('List', {
        templateId: text('TemplateId'),
        subscribeStatusString: text('SubscribeStatusString'),
        popupScene: number('PopupScene'),
      }),
    }),
  },
  /** 用户管理订阅通知: a user changed the settings of notifications. */
  'event:subscribe_msg_change_event': {
    subscribeMsgChangeEvent: groupOrInline('SubscribeMsgChangeEvent', {
      list: list('List', {
        templateId: text('TemplateId'),
        subscribeStatusString: text('SubscribeStatusString'),
      }),
    }),
  },
  /** 发送订阅通知结果: a notification was sent, or not. */
  'event:subscribe_msg_sent_event': {
    subscribeMsgSentEvent: groupOrInline('SubscribeMsgSentEvent', {
      list: list('List', {
        templateId: text('TemplateId'),
        msgId: text('MsgID'),
        errorCode: number('ErrorCode'),
        errorStatus: text('ErrorStatus'),
      }),
    }),
  },
  /** 客服接入会话: an agent takes a conversation. */
  'event:kf_create_session': {
    kfAccount: text('KfAccount'),
  },
  /** 客服关闭会话: an agent closes a conversation. */
  'event:kf_close_session': {
    kfAccount: text('KfAccount'),
  },
  /** 客服转接会话: a conversation goes from one agent to another. */
  'event:kf_switch_session': {
    fromKfAccount: text('FromKfAccount'),
    toKfAccount: text('ToKfAccount'),
  },
  /** 资质认证成功: the account’s owner is verified, until `expiredTime` (Unix seconds). */
  'event:qualification_verify_success': verified,
  /** 名称认证成功: the account’s name is verified, until `expiredTime` (Unix seconds). */
  'event:naming_verify_success': verified,
  /** 年审通知: the yearly verification is due by `expiredTime` (Unix seconds). */
  'event:annual_renew': verified,
  /** 认证过期失效通知: the verification ended at `expiredTime` (Unix seconds). */
  'event:verify_expired': verified,
  /** 资质认证失败: the account’s owner was not verified. */
  'event:qualification_verify_fail': notVerified,
  /** 名称认证失败: the account’s name was not verified. */
  'event:naming_verify_fail': notVerified,
  /** 卡券通过审核: a card passed the review. */
  'event:card_pass_check': {
    cardId: text('CardId'),
    refuseReason: optionalText('RefuseReason'),
  },
  /** 卡券未通过审核: a card did not pass the review. */
  'event:card_not_pass_check': {
    cardId: text('CardId'),
    refuseReason: text('RefuseReason'),
  },
  /** 子商户审核结果: a sub-merchant was reviewed; `isPass` is 0 or 1. */
  'event:card_merchant_check_result': {
    merchantId: text('MerchantId'),
    isPass: number('IsPass'),
    reason: optionalText('Reason'),
  },
  /** 领取卡券: a user takes a card. */
  'event:user_get_card': {
    cardId: text('CardId'),
    isGiveByFriend: number('IsGiveByFriend'),
    userCardCode: text('UserCardCode'),
    friendUserName: optionalText('FriendUserName'),
    outerId: optionalText('OuterId'),
    oldUserCardCode: optionalText('OldUserCardCode'),
    outerStr: optionalText('OuterStr'),
    isRestoreMemberCard: optionalNumber('IsRestoreMemberCard'),
    isRecommendByFriend: optionalNumber('IsRecommendByFriend'),
    sourceScene: optionalText('SourceScene'),
    unionId: optionalText('UnionId'),
  },
  /** 转赠卡券: a user gives a card away; flags are 0 or 1. */
  'event:user_gifting_card': {
    ...card,
    isReturnBack: number('IsReturnBack'),
    friendUserName: text('FriendUserName'),
    isChatRoom: number('IsChatRoom'),
  },
  /** 删除卡券: a user deletes a card. */
  'event:user_del_card': card,
  /** 核销卡券: a card was redeemed. */
  'event:user_consume_card': {
    ...card,
    consumeSource: text('ConsumeSource'),
    locationId: optionalText('LocationId'),
    locationName: optionalText('LocationName'),
    staffOpenId: optionalText('StaffOpenId'),
    verifyCode: optionalText('VerifyCode'),
    remarkAmount: optionalText('RemarkAmount'),
    outerId: optionalText('OuterId'),
    outerStr: optionalText('OuterStr'),
  },
  /** 买单事件: a user pays with a card; fees in fen. */
  'event:user_pay_from_pay_cell': {
    ...card,
    transId: optionalText('TransId'),
    locationId: optionalText('LocationId'),
    locationName: optionalText('LocationName'),
    fee: number('Fee'),
    originalFee: number('OriginalFee'),
  },
  /** 进入会员卡: a user opens a member card. */
  'event:user_view_card': {
    ...card,
    outerId: optionalText('OuterId'),
    outerStr: optionalText('OuterStr'),
  },
  /** 从卡券进入公众号会话: a user comes into the chat from a card. */
  'event:user_enter_session_from_card': card,
  /** 会员卡内容更新: a member card’s points or balance changed. */
  'event:update_member_card': {
    ...card,
    modifyBonus: number('ModifyBonus'),
    modifyBalance: number('ModifyBalance'),
  },
  /** 卡券库存报警: a card’s stock runs low. */
  'event:card_sku_remind': {
    cardId: text('CardId'),
    detail: text('Detail'),
  },
  /** 券点流水详情: an order of card points. */
  'event:card_pay_order': {
    orderId: text('OrderId'),
    status: text('Status'),
    createOrderTime: number('CreateOrderTime'),
    payFinishTime: number('PayFinishTime'),
    desc: optionalText('Desc'),
    freeCoinCount: number('FreeCoinCount'),
    payCoinCount: number('PayCoinCount'),
    refundFreeCoinCount: number('RefundFreeCoinCount'),
    refundPayCoinCount: number('RefundPayCoinCount'),
    orderType: text('OrderType'),
    memo: optionalText('Memo'),
    receiptInfo: optionalText('ReceiptInfo'),
  },
  /** 会员卡激活（提交会员信息）: a user activates a member card. */
  'event:submit_membercard_user_info': card,
  /** 礼品卡付款成功: a gift card was paid. */
  'event:giftcard_pay_done': {
    pageId: text('PageId'),
    orderId: text('OrderId'),
  },
  /** 礼品卡赠送: a gift card is given; flags are the words true and false. */
  'event:giftcard_send_to_friend': {
    pageId: text('PageId'),
    orderId: text('OrderId'),
    isChatRoom: text('IsChatRoom'),
    isReturnBack: optionalText('IsReturnBack'),
  },
  /** 礼品卡领取成功: a gift card is taken; the flag is the word true or false. */
  'event:giftcard_user_accept': {
    pageId: text('PageId'),
    orderId: text('OrderId'),
    isChatRoom: text('IsChatRoom'),
  },
  /** 用户授权发票: a user authorises an invoice; one of the two order ids is given. The tag `Source` is `invoiceSource`, as `source` is the sender. */
  'event:user_authorize_invoice': {
    succOrderId: optionalText('SuccOrderId'),
    failOrderId: optionalText('FailOrderId'),
    authorizeAppId: optionalText('AuthorizeAppId'),
    appId: optionalText('AppId'),
    invoiceSource: optionalText('Source'),
  },
  /** 发票报销状态更新: an invoice changed its state. */
  'event:update_invoice_status': {
    status: text('Status'),
    cardId: text('CardId'),
    code: text('Code'),
  },
  /** 用户提交发票抬头: a user submits an invoice title. */
  'event:submit_invoice_title': {
    title: text('title'),
    phone: optionalText('phone'),
    taxNo: optionalText('tax_no'),
    addr: optionalText('addr'),
    bankType: optionalText('bank_type'),
    bankNo: optionalText('bank_no'),
    attach: optionalText('attach'),
    titleType: text('title_type'),
  },
  /** 云发票开票结果: a cloud invoice was issued, or not. */
  'event:cloud_invoice_invoiceresult_event': {
    fpqqlsh: text('fpqqlsh'),
    status: number('status'),
    nsrsbh: text('nsrsbh'),
  },
  /** 门店审核结果: a store was reviewed; `result` is succ or fail. */
  'event:poi_check_notify': {
    uniqId: text('UniqId'),
    poiId: text('PoiId'),
    result: text('Result'),
    msg: text('msg'),
  },
  /** 腾讯地图创建门店审核: a store created on Tencent Maps was reviewed. */
  'event:create_map_poi_audit_info': {
    auditId: text('audit_id'),
    status: number('status'),
    mapPoiId: text('map_poi_id'),
    name: text('name'),
    address: text('address'),
    latitude: number('latitude'),
    longitude: number('longitude'),
    shRemark: text('sh_remark'),
  },
  /** 门店小程序商户审核: the owner of a store mini program was reviewed. */
  'event:apply_merchant_audit_info': storeAudit,
  /** 门店小程序创建门店审核: a new store of a store mini program was reviewed. */
  'event:add_store_audit_info': {
    ...storeAudit,
    isUpgrade: number('is_upgrade'),
    poiid: text('poiid'),
  },
  /** 门店小程序修改门店审核: a changed store of a store mini program was reviewed. */
  'event:modify_store_audit_info': storeAudit,
  /** Wi-Fi 连网成功: a user is online through the shop’s Wi-Fi. */
  'event:wificonnected': {
    connectTime: number('ConnectTime'),
    expireTime: number('ExpireTime'),
    vendorId: text('VendorId'),
    placeId: text('PlaceId'),
    deviceNo: text('DeviceNo'),
  },
  /** 摇一摇周边事件: a user shook near a beacon; distances in metres. */
  'event:shakearoundusershake': {
    chosenBeacon: group('ChosenBeacon', beacon),
    aroundBeacons: optionalGroup('AroundBeacons', { aroundBeacon: list('AroundBeacon', beacon) }),
  },
  /** 微信小店订单付款（旧）: an order of the old WeChat shop was paid. */
  'event:merchant_order': {
    orderId: text('OrderId'),
    orderStatus: number('OrderStatus'),
    productId: text('ProductId'),
    skuInfo: text('SkuInfo'),
  },
  /** 打开商品主页: a user opens a product’s page. */
  'event:user_scan_product': {
    ...product,
    country: text('Country'),
    province: text('Province'),
    city: text('City'),
    sex: number('Sex'),
    scene: number('Scene'),
    extInfo: optionalText('ExtInfo'),
  },
  /** 从商品主页进入公众号: a user comes into the chat from a product’s page. */
  'event:user_scan_product_enter_session': {
    ...product,
    extInfo: optionalText('ExtInfo'),
  },
  /** 商品扫码地理位置异步推送: where a product was scanned, sent later. */
  'event:user_scan_product_async': {
    ...product,
    extInfo: optionalText('ExtInfo'),
    regionCode: text('RegionCode'),
  },
  /** 商品审核结果: a product was reviewed; `result` is verify_ok or verify_not_pass. */
  'event:user_scan_product_verify_action': {
    ...product,
    result: text('Result'),
    reasonMsg: optionalText('ReasonMsg'),
  },
  /** 导购顾问二维码扫码: a user scans a shopping guide’s QR code. */
  'event:guide_qrcode_scan_event': {
    guideScanEvent: group('GuideScanEvent', {
      qrcodeGuideAccount: text('qrcode_guide_account'),
      qrcodeGuideOpenid: optionalText('qrcode_guide_openid'),
      openid: text('openid'),
      action: number('action'),
      qrcodeInfo: optionalText('qrcode_info'),
    }),
  },
  /** 导购顾问邀请结果: a shopping guide answered an invitation; no list of its fields is known, see `fields`. */
  'event:guide_invite_result_event': {},
  /** 为顾问分配客户: a customer was assigned to a guide; no list of its fields is known, see `fields`. */
  'event:add_guide_buyer_relation_event': {},
  /** 授权用户资料变更: a user changed what was authorised. */
  'event:user_info_modified': authorization,
  /** 用户撤回授权: a user took an authorisation back; `openPId` is the user’s id for a plugin. */
  'event:user_authorization_revoke': {
    ...authorization,
    pluginId: optionalText('PluginID'),
    openPId: optionalText('OpenPID'),
  },
  /** 授权用户注销: an authorised user closed the account. */
  'event:user_authorization_cancellation': authorization,
  /** 消息推送调试工具事件: sent by the console’s debugging tool. */
  'event:debug_demo': {
    debugStr: text('debug_str'),
  },
  /** 进入会话（旧）: a user opens the chat; no longer documented. */
  'event:enter': {
    key: optionalText('EventKey'),
  },
} as const satisfies Record<string, Shape>;

/** The scene of the QR code that led here. Only the exact prefix goes: a scene may hold others. */
function defineScene(prefix: string): Field<string | undefined> {
  const key = text('EventKey');
  return {
    ...key,
    optional: true,
    read: (fields) => {
      const value = key.read(fields);
      return value.startsWith(prefix) ? value.slice(prefix.length) : undefined;
    },
  };
}
