/** The answers of a model to questions by number: 10 to 20 000 characters, in 1 to 40 seconds. */
import { setTimeout as pause } from 'node:timers/promises';

export const USERS = 200;

/** Whether an answer is Markdown; parsing it costs time, so these are shorter. */
export const isMarkdown = (number: number): boolean => number % 4 === 0;

export function writeAnswer(number: number): string {
  const longest = isMarkdown(number) ? 4000 : 20_000;
  const length = Math.round(10 * (longest / 10) ** (((number * 37) % USERS) / (USERS - 1)));
  let text = '';
  for (let part = 1; text.length < length; part += 1) {
    text += isMarkdown(number)
      ? `- **第 ${part} 点**，见[第 ${number} 页](https://example.com/?p=${part})。\n`
      : `第 ${part} 句话，是第 ${number} 个问题的回答。`;
  }
  return isMarkdown(number) ? text : text.slice(0, length);
}

export async function* streamAnswer(number: number, signal: AbortSignal): AsyncGenerator<string> {
  const text = writeAnswer(number);
  const seconds = 1 + ((number * 53) % USERS) * (39 / (USERS - 1));
  const size = Math.ceil(text.length / (seconds * 10));
  for (let at = 0; at < text.length; at += size) {
    await pause((1000 * seconds * size) / text.length, undefined, { signal });
    yield text.slice(at, at + size);
  }
}
