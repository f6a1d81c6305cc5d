// nest.ts
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OnText, WechatModule } from '@wechat-mp/nest';
import { onStop, options, port } from './bot.ts';

@Injectable()
class Bot {
  @OnText()
  answer() {
    return 'from Nest';
  }
}

@Module({ imports: [WechatModule.forRoot({ ...options, path: '/wechat' })], providers: [Bot] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await app.listen(port);
console.log('listening', app.getHttpServer().address());

// It closes the webhook, too; app.enableShutdownHooks() does the same by itself.
onStop(() => app.close());
