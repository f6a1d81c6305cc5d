// Without handlers: the webhook checks and parses, your own route answers.
import { wechat } from '@wechat-mp/express';
import express from 'express';
import { stopOnSigterm } from './stopping.ts';

const app = express();
const webhook = wechat(process.env['WECHAT_TOKEN'] ?? 'TOKEN');
app.use('/wechat', webhook);
app.post('/wechat', (req, res) => {
  const message = req.wechatMessage;
  res.wechatReply(message.type === 'text' ? `You said: ${message.content}` : 'I read only text.');
});

const server = app.listen(Number(process.env['PORT'] ?? 3000));
server.once('listening', () => {
  console.log('listening', server.address());
});
stopOnSigterm(server, webhook);
