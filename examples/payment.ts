// A conversation that is changed when no message came: the user has paid. Run: npm run example examples/payment.ts
import { wechat } from '@wechat-mp/express';
import express from 'express';
import { stopOnSigterm } from './stopping.ts';

const bot = wechat(process.env['WECHAT_TOKEN'] ?? 'TOKEN', {
  text: (_message, { context }) => {
    const order = context.get('paid', '');
    return order ? `订单 ${order} 已付款` : '还没有付款';
  },
});

const app = express();
app.use('/wechat', bot);

// Where the result of a payment arrives. Yours verifies the signature of WeChat Pay first.
app.post('/paid', express.json(), async (req, res) => {
  const { openid, order } = req.body as { openid: string; order: string };
  await bot.withContext(openid, (context) => context.set('paid', order));
  res.json({ code: 'SUCCESS' });
});

const server = app.listen(Number(process.env['PORT'] ?? 3000));
server.once('listening', () => {
  console.log('listening', server.address());
});
stopOnSigterm(server, bot);
