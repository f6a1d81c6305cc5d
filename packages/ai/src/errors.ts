import { WechatError } from '@wechat-mp/core';

/**
 * The stream of a language model failed, or has an unknown shape. `cause` is the provider's error;
 * the message has only its code. Code `WECHAT_MODEL_STREAM`.
 */
export class ModelStreamError extends WechatError {
  override readonly name: string = 'ModelStreamError';

  constructor(message: string, options?: ErrorOptions) {
    super('WECHAT_MODEL_STREAM', message, options);
  }
}

/** Creates the error of a failure that the provider reports within its stream. */
export function createProviderError(provider: string, reported: unknown): ModelStreamError {
  const code = findCode(reported);
  const suffix = code === undefined ? '' : `: ${code}`;
  return new ModelStreamError(`the stream of ${provider} reports a failure${suffix}`, {
    cause: reported,
  });
}

/** Returns the code of a reported failure, when it is a short word or a number. */
function findCode(reported: unknown): string | undefined {
  if (typeof reported !== 'object' || reported === null) return undefined;
  const { code, type, status, statusCode } = reported as Record<string, unknown>;
  return [code, type, status, statusCode]
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .map(String)
    .find((value) => /^[\w.-]{1,64}$/.test(value));
}
