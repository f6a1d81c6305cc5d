import { OfficialClient } from '@wechat-mp/core/official';

export const client: OfficialClient = new OfficialClient({
  appid: 'wx5823bf96d3bd56c7',
  appsecret: 'SECRET',
});
