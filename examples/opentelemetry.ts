// A span for each run, and in it one for each call. Run: npm run example examples/opentelemetry.ts
import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { type Attributes, context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { type CallTrace, createWebhook, type RunTrace } from '@wechat-mp/core';
import { OfficialClient } from '@wechat-mp/core/official';
import { createSimulator } from '@wechat-mp/simulator';

const exporter = new InMemorySpanExporter(); // yours is OTLPTraceExporter
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('wechat-mp');
const current = new AsyncLocalStorage<Span>();

function follow<T extends RunTrace | CallTrace>(
  channel: string,
  describe: (seen: T) => Attributes,
) {
  const spans = new WeakMap<T, Span>();
  const { start, asyncEnd } = tracingChannel<Span, T>(channel);
  start.bindStore(current, (seen) => {
    const parent = current.getStore();
    const around = parent ? trace.setSpan(context.active(), parent) : context.active();
    const span = tracer.startSpan(channel, {}, around);
    spans.set(seen, span);
    return span;
  });
  asyncEnd.subscribe((seen) => {
    const span = spans.get(seen as T)?.setAttributes(describe(seen as T));
    const { error } = seen as T;
    if (error) span?.setStatus({ code: SpanStatusCode.ERROR, message: error.name });
    span?.end();
  });
}

follow<RunTrace>('wechat-mp:run', ({ account, message, outcome, queueTime, storeTime }) => {
  return { account, type: message.type, outcome, queueTime, storeTime };
});
follow<CallTrace>('wechat-mp:call', ({ name, path, attempt, errcode }) => {
  return { name, path, attempt, errcode };
});

const wechat = await createSimulator({
  token: 'TOKEN',
  target({ account: { appid, appsecret }, api }) {
    const client = new OfficialClient({ appid, appsecret, baseUrl: api.url });
    return createWebhook('TOKEN', async ({ source }) => (await client.user.get(source)).openid);
  },
});
await wechat.user('小明').sendText('在吗');
for (const span of exporter.getFinishedSpans()) {
  const parent = span.parentSpanContext?.spanId;
  console.log(span.name, { id: span.spanContext().spanId, parent, ...span.attributes });
}
await wechat.close();
