/** The types of the package: what compiles, and what does not. */
import type { Exchange, MessageMap } from '@wechat-mp/nest';
import { OnEvent, OnMessage, OnText, WechatModule } from '@wechat-mp/nest';

export class Bot {
  @OnText()
  text(message: MessageMap['text'], { context }: Exchange<'text'>) {
    return `${message.content} ${context.get('n', 0)}`;
  }

  @OnText('bare')
  bare() {
    return null;
  }

  // @ts-expect-error: an image is not a text
  @OnText()
  image(message: MessageMap['image']) {
    return message.mediaId;
  }

  // @ts-expect-error: a number is no reply
  @OnMessage('image')
  number() {
    return 42;
  }

  @OnEvent('event:subscribe')
  subscribe({ scene }: MessageMap['event:subscribe']) {
    return scene;
  }

  // @ts-expect-error: no event is called so
  @OnEvent('subscribed')
  unknown() {
    return '';
  }
}

WechatModule.forRoot({ token: 'TOKEN', path: '/wechat', isGlobal: false });
WechatModule.forRootAsync({ useFactory: async () => ({ token: 'TOKEN' }) });
// @ts-expect-error: a token is needed
WechatModule.forRoot({ path: '/wechat' });
