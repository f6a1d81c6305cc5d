import { CONSOLE } from '@wechat-mp/core';
import { type Finding, ok, problem, warn } from './finding.ts';
import type { DiagnoseOptions } from './options.ts';

/** Checks the account's settings without a request. */
export function* lookAtAccount(
  options: Pick<DiagnoseOptions, 'token' | 'encodingAESKey' | 'appid'>,
): Generator<Finding> {
  const { token, encodingAESKey, appid } = options;
  if (!/^[A-Za-z0-9]{3,32}$/.test(token)) {
    yield problem(
      'token',
      {
        en: 'The token is not 3 to 32 letters and digits.',
        zh: 'Token 不是 3 到 32 位字母或数字。',
      },
      {
        en: `The console (${CONSOLE.token}) accepts no other: look for leading or trailing blanks, or a placeholder left in.`,
        zh: `后台（${CONSOLE.token}）只接受这样的 Token：看看首尾有没有空格，是不是忘了换掉示例值。`,
      },
    );
  } else yield ok('token', 'The token has the right form.', 'Token 格式正确。');
  if (encodingAESKey === undefined) return;
  if (!/^[A-Za-z0-9]{43}$/.test(encodingAESKey)) {
    const { length } = encodingAESKey;
    yield problem(
      'key',
      {
        en: `EncodingAESKey has ${length} characters, or invalid ones; it must have 43 letters and digits.`,
        zh: `EncodingAESKey 现在是 ${length} 个字符，应为 43 个字母或数字。`,
      },
      {
        en: `Copy it again from the console (${CONSOLE.encodingAESKey}), without a trailing =.`,
        zh: `从后台（${CONSOLE.encodingAESKey}）重新复制一次，末尾不要加 =。`,
      },
    );
  } else yield ok('key', 'EncodingAESKey has the right form.', 'EncodingAESKey 格式正确。');
  if (!appid || !/^wx[0-9a-f]{16}$/.test(appid)) {
    yield warn(
      'appid',
      {
        en: 'The AppID is not wx followed by 16 hexadecimal digits.',
        zh: 'AppID 不是 wx 加 16 位十六进制数字。',
      },
      {
        en: `An encrypted message carries the AppID; with another one it is refused. It is at ${CONSOLE.appid}.`,
        zh: `加密消息里带有 AppID，不一致就会被拒绝。AppID 在“${CONSOLE.appid}”。`,
      },
    );
  }
}

/** Checks the address; returns undefined when it is invalid. */
export function* lookAtAddress(target: string): Generator<Finding, URL | undefined> {
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    yield problem(
      'address',
      { en: 'The address is not a web address.', zh: '这不是一个网址。' },
      { en: 'It must begin with http:// or https://.', zh: '要以 http:// 或 https:// 开头。' },
    );
    return undefined;
  }
  yield ok(
    'address',
    `The address is well-formed: ${url.origin}${url.pathname}`,
    `网址格式正确：${url.origin}${url.pathname}`,
  );
  if (isOfThisMachine(url.hostname)) {
    yield warn(
      'reach',
      {
        en: 'WeChat cannot reach this address: it belongs to this machine or a private network.',
        zh: '这个地址只在本机或内网有效，微信访问不到。',
      },
      {
        en: 'Fine for local tests. For WeChat, run the bot on a server with a public name, or behind a tunnel.',
        zh: '本地调试没问题；要接微信，得放到有公网域名的服务器上，或者用内网穿透。',
      },
    );
  } else if (url.port !== '') {
    yield warn(
      'port',
      {
        en: `WeChat accepts ports 80 and 443 only, not ${url.port}.`,
        zh: `微信只支持 80 和 443 端口，不支持 ${url.port}。`,
      },
      {
        en: 'Put a proxy such as nginx in front of the bot.',
        zh: '在机器人前面放一个 nginx 之类的代理。',
      },
    );
  }
  return url;
}

function isOfThisMachine(hostname: string): boolean {
  return /^(localhost|.*\.local(host)?|127\..*|10\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*|169\.254\..*|\[(::1|f[cd].*|fe80.*)\])$/i.test(
    hostname,
  );
}
