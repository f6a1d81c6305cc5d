// An application of Nest in the Jest that Nest scaffolds: TypeScript, decorators, CommonJS.
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type MessageMap, OnText, WechatModule } from '@wechat-mp/nest';

@Injectable()
class Words {
  readonly hello = 'hello';
}

@Injectable()
class Bot {
  constructor(private readonly words: Words) {}

  @OnText()
  text({ content }: MessageMap['text']) {
    return `${this.words.hello} ${content}`;
  }
}

test('a provider answers a message', async () => {
  const fixture = await Test.createTestingModule({
    imports: [WechatModule.forRoot({ token: 'TOKEN' })],
    providers: [Bot, Words],
  }).compile();
  const app = fixture.createNestApplication();
  await app.listen(0, '127.0.0.1');

  const signed = ['TOKEN', '1714036504', '1514711492'].sort().join('');
  const signature = createHash('sha1').update(signed).digest('hex');
  const query = `signature=${signature}&timestamp=1714036504&nonce=1514711492`;
  const body = `<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName>
    <CreateTime>1714036504</CreateTime><MsgType>text</MsgType><Content>world</Content>
    <MsgId>1</MsgId></xml>`;
  const answer = await fetch(`${await app.getUrl()}/wechat?${query}`, { method: 'POST', body });
  expect(await answer.text()).toContain('hello world');
  await app.close();
});
