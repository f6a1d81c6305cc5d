/** The account that every measured server has. */
export const ACCOUNT = {
  token: 'BenchToken',
  appid: 'wxb11529c136998cb6',
  encodingAESKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
};

export const PATH = '/wechat';

/** The answer of frameworks measured alone: the reply to a text of eleven characters. */
export const ANSWER =
  '<xml><ToUserName><![CDATA[o9AgO5Kd5ggOC-bXrbNODI000000]]></ToUserName><FromUserName><![CDATA[gh_97417a04a28d]]></FromUserName><CreateTime>1764403200</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[hello 00000]]></Content></xml>';
