// Several accounts on one endpoint: /wechat?account=shop and /wechat?account=club.
import { type WebhookOptions, wechat } from '@wechat-mp/express';
import express from 'express';
import { bot } from './bot.ts';
import { stopOnSigterm } from './stopping.ts';

const accounts = new Map<unknown, WebhookOptions>([
  ['shop', { account: 'shop', token: process.env['SHOP_TOKEN'] ?? 'SHOPTOKEN' }],
  ['club', { account: 'club', token: process.env['CLUB_TOKEN'] ?? 'CLUBTOKEN' }],
]);

const app = express();
const answering = wechat((request) => accounts.get(request.query['account']), bot);
app.use('/wechat', answering);

const server = app.listen(Number(process.env['PORT'] ?? 3000));
server.once('listening', () => {
  console.log('listening', server.address());
});
stopOnSigterm(server, answering);
