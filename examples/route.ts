// Without handlers: the webhook checks and parses, your own route answers.
import { wechat } from '@wechat-mp/express';
import express from 'express';

const app = express();
app.use('/wechat', wechat(process.env['WECHAT_TOKEN'] ?? 'TOKEN'));
app.post('/wechat', (req, res) => {
  const message = req.wechatMessage;
  res.wechatReply(message.type === 'text' ? `You said: ${message.content}` : 'I read only text.');
});

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => {
  console.log('listening', server.address());
});
