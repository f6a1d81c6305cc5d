// A cloud function behind a gateway: 腾讯云 SCF, CloudBase, 阿里云 FC, AWS Lambda …
import { wechat } from '@wechat-mp/core/serverless';
import { bot } from './bot.ts';

export const main = wechat(process.env['WECHAT_TOKEN'] ?? 'TOKEN', bot);
