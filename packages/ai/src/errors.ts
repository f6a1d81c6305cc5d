import { describeError, WechatError } from '@wechat-mp/core';

/**
 * The stream of a language model failed, or has an unknown shape. `cause` is the provider's error;
 * the message has its code and its text, of which up to 200 characters without secrets. Code `WECHAT_MODEL_STREAM`.
 */
export class ModelStreamError extends WechatError {
  override readonly name: string = 'ModelStreamError';

  constructor(message: string, options?: ErrorOptions) {
    super('WECHAT_MODEL_STREAM', message, options);
  }
}

/** Creates the error of a failure that the provider reports within its stream. */
export function createProviderError(provider: string, reported: unknown): ModelStreamError {
  const summary = summarize(findCode(reported), findText(reported));
  const suffix = summary === undefined ? '' : `: ${summary}`;
  return new ModelStreamError(`the stream of ${provider} reports a failure${suffix}`, {
    cause: reported,
  });
}

function summarize(code: string | undefined, text: string | undefined): string | undefined {
  if (text === undefined) return code;
  // It comes from outside.
  const { message } = describeError({ message: text });
  return code === undefined || message.includes(code) ? message : `${code} (${message})`;
}

/** Returns the code of a reported failure, when it is a short word or a number. */
function findCode(reported: unknown): string | undefined {
  return ['code', 'type', 'status', 'statusCode']
    .map((name) => readMember(reported, name))
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .map(String)
    .find((value) => /^[\w.-]{1,64}$/.test(value));
}

/** The members in which providers say why, or have an object that does. */
const TEXTS = ['message', 'msg', 'errmsg', 'detail', 'error'];
const DEPTH = 4;

function findText(reported: unknown, depth = DEPTH): string | undefined {
  if (typeof reported === 'string') return reported.trim() === '' ? undefined : reported;
  if (depth === 0) return undefined;
  for (const name of TEXTS) {
    const text = findText(readMember(reported, name), depth - 1);
    if (text !== undefined) return text;
  }
  return undefined;
}

function readMember(reported: unknown, name: string): unknown {
  if (typeof reported !== 'object' || reported === null) return undefined;
  try {
    return Reflect.get(reported, name);
  } catch {
    return undefined;
  }
}
