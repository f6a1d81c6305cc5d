// NestJS: methods of providers answer.
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type MessageMap, OnDefault, OnEvent, OnText, WechatModule } from '@wechat-mp/nest';

@Injectable()
class Words {
  readonly welcome = 'Welcome!';
}

@Injectable()
class Bot {
  readonly #words: Words;

  constructor(@Inject(Words) words: Words) {
    this.#words = words;
  }

  @OnText('wechat')
  smile() {
    return '^_^';
  }

  @OnEvent('subscribe')
  subscribe() {
    return this.#words.welcome;
  }

  @OnDefault()
  other({ type }: MessageMap[keyof MessageMap]) {
    return `I cannot read a message of the type ${type}.`;
  }
}

@Module({
  imports: [WechatModule.forRoot({ token: process.env['WECHAT_TOKEN'] ?? 'TOKEN' })],
  providers: [Bot, Words],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
// SIGTERM waits for what goes on.
app.enableShutdownHooks([], { useProcessExit: true });
await app.listen(Number(process.env['PORT'] ?? 3000));
console.log('listening', app.getHttpServer().address());
