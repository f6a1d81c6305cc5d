import { get, type Id, post, type Success, type Upload, upload } from '../endpoint.ts';

/** An account of customer service, to add or to change. */
export interface KfAccountInput {
  /** `name@account`. */
  kf_account: string;
  nickname: string;
  password?: string | undefined;
  kf_wx?: string | undefined;
}

/** An account of customer service, with who is bound to it or invited. */
export interface KfAccount {
  kf_account: string;
  kf_id: string;
  kf_nick: string;
  kf_headimgurl: string;
  kf_wx?: string;
  kf_openid?: string;
  invite_wx?: string;
  invite_expire_time?: number;
  invite_status?: string;
}

/** A line of a chat. */
export interface KfRecord {
  openid: string;
  worker: string;
  /** The operation: 2002 for a message of the staff, 2003 for one of the user. */
  opercode: number;
  text: string;
  time: number;
}

/** A user and a member of the staff. */
export interface KfPair {
  kf_account: string;
  openid: string;
}

/** 客服: the accounts and chats of customer service. */
export const kf = {
  /**
   * 获取所有客服账号: lists the accounts of customer service.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/servicermanage/api_getkflist.html
   */
  listAccounts: get<{ kf_list: KfAccount[] }>('/cgi-bin/customservice/getkflist'),
  /**
   * 获取在线客服列表: lists who of customer service is online.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/servicermanage/api_getonlinekflist.html
   */
  listOnlineAccounts: get<{
    kf_online_list: {
      kf_id: string;
      kf_account: string;
      status: number;
      kf_openid?: string;
      accepted_case: number;
    }[];
  }>('/cgi-bin/customservice/getonlinekflist'),
  /**
   * 添加客服账号: adds an account of customer service.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/servicermanage/api_addkfaccount.html
   */
  addAccount: post<KfAccountInput>('/customservice/kfaccount/add'),
  /**
   * 修改客服账号: changes an account of customer service.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/servicermanage/api_updatekfaccount.html
   */
  updateAccount: post<KfAccountInput>('/customservice/kfaccount/update'),
  /**
   * 删除客服账号: deletes an account of customer service.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/servicermanage/api_delkfaccount.html
   */
  deleteAccount: post<{ kf_account: string }>('/customservice/kfaccount/del'),
  /**
   * 设置客服头像: sets the picture of an account of customer service.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/servicermanage/api_uploadkfheadimg.html
   */
  uploadAvatar: upload<{ media: Upload }, Success, { kf_account: string }>(
    '/customservice/kfaccount/uploadheadimg',
    { query: ['kf_account'] },
  ),
  /**
   * 邀请绑定客服账号: invites somebody’s WeChat account to an account of customer service.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/servicermanage/api_invitekfworker.html
   */
  inviteWorker: post<{ kf_account: string; invite_wx: string }>(
    '/customservice/kfaccount/inviteworker',
  ),
  /**
   * 创建会话: puts a user through to an account of customer service.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/messctrl/api_createkfsession.html
   */
  createSession: post<KfPair>('/customservice/kfsession/create'),
  /**
   * 关闭会话: ends the chat of a user and an account of customer service.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/messctrl/api_closesession.html
   */
  closeSession: post<KfPair>('/customservice/kfsession/close'),
  /**
   * 获取客户会话状态: tells who a user is chatting with.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/messctrl/api_getkfsession.html
   */
  getSession: get<{ kf_account: string; createtime: number }, { openid: string }>(
    '/customservice/kfsession/getsession',
    { query: ['openid'] },
  ),
  /**
   * 获取客服会话列表: lists the chats of an account of customer service.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/messctrl/api_getkfsessionlist.html
   */
  listSessions: get<
    { sessionlist: { openid: string; createtime: number }[] },
    { kf_account: string }
  >('/customservice/kfsession/getsessionlist', { query: ['kf_account'] }),
  /**
   * 获取未接入会话列表: lists the users who wait to be put through.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/messctrl/api_getwaitcase.html
   */
  listWaitCases: get<{ count: number; waitcaselist: { openid: string; latest_time: number }[] }>(
    '/customservice/kfsession/getwaitcase',
  ),
  /**
   * 获取聊天记录: lists the lines of all chats in a day at most, after `msgid`, which starts at
   * 1.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/message/api_getmsglist.html
   */
  listMessages: post<
    { starttime: number; endtime: number; msgid: Id; number: number },
    { msgid: Id; number: number; recordlist: KfRecord[] }
  >('/customservice/msgrecord/getmsglist', {
    idempotent: true,
    paging: {
      by: 'cursor',
      at: 'msgid',
      first: 1,
      count: 'number',
      size: 10_000,
      rows: 'recordlist',
      next: 'msgid',
    },
  }),
  /**
   * 获取客服聊天记录（旧版）: lists the lines of all chats of a day, page by page.
   * @deprecated Use `kf.listMessages`.
   */
  listRecords: post<
    { starttime: number; endtime: number; pageindex: number; pagesize: number },
    { retcode: number; recordlist: KfRecord[] }
  >('/customservice/msgrecord/getrecord', { idempotent: true }),
};
