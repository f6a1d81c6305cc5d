// The language model of the demo, so that no key is needed: it knows one answer, and takes its time.
import { setTimeout as pause } from 'node:timers/promises';
import type { ChatMessage } from '@wechat-mp/ai';

const ANSWER = `### 你问的是“QUESTION”
我是示例自带的**流式模型**，没有密钥，也不联网。我的回答是 Markdown，你看到的是聊天里能显示的样子：

1. **边想边说**：前几句先到，其余的随后以客服消息送达。
2. **记得住**：这是我们的第 COUNT 轮对话，回复 \`/reset\` 重新开始。
3. **不会断开**：链接如[接口文档](https://developers.weixin.qq.com/doc/service/)不会被切成两半。

| 模型 | 接入方式 |
| --- | --- |
| DeepSeek、通义千问、Kimi、智谱 | 换地址和名字 |
| Dify、Coze | 流式接口 |

> 换成真的模型，只要改 \`model\` 这一行。

祝你玩得开心！`;

/** Writes a few letters at a time. */
export async function* streamDemoModel(
  messages: readonly ChatMessage[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  const questions = messages.filter(({ role }) => role === 'user');
  const text = ANSWER.replace('QUESTION', questions.at(-1)?.content ?? '').replace(
    'COUNT',
    String(questions.length),
  );
  for (const letters of text.match(/[\s\S]{1,6}/gu) ?? []) {
    await pause(120, undefined, { signal });
    yield letters;
  }
}
