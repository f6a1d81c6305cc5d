import { post } from '../endpoint.ts';

/** 微信就医助手: messages of hospitals. */
export const medical = {
  /** 发送微信就医助手消息: sends a patient a message about a visit to the doctor. */
  sendChannelMsg: post<{
    app_id: string;
    open_id: string;
    order_id: string;
    msg_id: string;
    business_id: number;
    /** The kind of event, which determines the fields of `business_info`. */
    status: number;
    business_info?:
      | {
          redirect_page?:
            | {
                page_type: string;
                url?: string | undefined;
                app_id?: string | undefined;
                fullpath?: string | undefined;
              }
            | undefined;
          [field: string]: unknown;
        }
      | undefined;
    /** 1 sends a trial. */
    testonly_is_trial?: 0 | 1 | undefined;
  }>('/cityservice/sendchannelmsg'),
  /** 获取实名信息（长辈就医）: gets the name of a user who agreed to it, encrypted. */
  getRealName: post<
    { app_id: string; open_id: string; wxmed_authcode: string },
    {
      app_id: string;
      open_id: string;
      key_version: number;
      cipher_real_name: string;
      cipher_algorithm: string;
    }
  >('/cityservice/getmedrealname'),
  /** 获取消息亲属关系（长辈就医）: tells whether relatives get the messages of a patient. */
  getMsgRelation: post<{ business_id: number; open_id: string }, { is_subscribed: 0 | 1 }>(
    '/cityservice/getmsgrelation',
    { idempotent: true },
  ),
};
