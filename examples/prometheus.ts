// Metrics for Prometheus, at /metrics. Run: npm run example examples/prometheus.ts
import { subscribe } from 'node:diagnostics_channel';
import { type DiagnosticsChannels, wechat } from '@wechat-mp/express';
import express from 'express';
import { Counter, Histogram, register } from 'prom-client';
import { stopOnSigterm } from './stopping.ts';

const count = (name: string, help: string, ...labelNames: string[]) =>
  new Counter({ name, help, labelNames });
const buckets = [0.01, 0.1, 0.5, 1, 4.5, 15, 60];
const time = (name: string, help: string, ...labelNames: string[]) =>
  new Histogram({ name, help, labelNames, buckets });

const deliveries = count('wechat_deliveries_total', 'What came in', 'account', 'event', 'code');
const answers = time('wechat_answer_seconds', 'Until it was answered', 'account', 'outcome');
const runs = time('wechat_run_seconds', 'Runs of handlers', 'account', 'outcome');
const queues = time('wechat_queue_seconds', 'Waits behind other messages', 'account');
const stores = time('wechat_store_seconds', 'Waits for the stores', 'account');
const lates = count('wechat_late_replies_total', 'What no delivery carried', 'account', 'event');
const calls = time('wechat_call_seconds', 'Calls of the API', 'path', 'errcode');

function listen<N extends keyof DiagnosticsChannels>(
  name: N,
  listener: (seen: DiagnosticsChannels[N]) => void,
): void {
  subscribe(name, (seen) => listener(seen as DiagnosticsChannels[N]));
}

listen('wechat-mp:delivery', (seen) => {
  const { account = 'unknown', event } = seen;
  deliveries.inc({ account, event, code: seen.event === 'refused' ? seen.code : '' });
  if (seen.event !== 'answered') return;
  answers.observe({ account, outcome: seen.outcome }, seen.duration / 1000);
});
listen('wechat-mp:run', (seen) => {
  if (seen.event !== 'ended') return;
  const { account, outcome } = seen;
  runs.observe({ account, outcome }, seen.duration / 1000);
  queues.observe({ account }, seen.queueTime / 1000);
  stores.observe({ account }, seen.storeTime / 1000);
});
listen('wechat-mp:reply', ({ account, event }) => lates.inc({ account, event }));
listen('wechat-mp:call', ({ path, errcode = 'none', duration }) => {
  calls.observe({ path, errcode }, duration / 1000);
});

const app = express();
const bot = wechat(process.env['WECHAT_TOKEN'] ?? 'TOKEN', () => '^_^');
app.use('/wechat', bot);
app.get('/metrics', async (_req, res) => {
  res.type(register.contentType).send(await register.metrics());
});
const server = app.listen(Number(process.env['PORT'] ?? 3000));
server.once('listening', () => {
  console.log('listening', server.address());
});
stopOnSigterm(server, bot);
