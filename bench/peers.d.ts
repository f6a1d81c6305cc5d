/** The parts of packages without types that are compared. */
declare module 'co-wechat-api' {
  export default class Api {
    constructor(appid: string, appsecret: string);
    prefix: string;
    sendText(openid: string, text: string): Promise<unknown>;
  }
}
