import type { Project } from '../project.ts';
import { findTraits, joinLines } from './text.ts';

const DOCS = 'https://www.npmjs.com/package/@wechat-mp';

/** Writes README.md. */
export function writeReadme(project: Project): string {
  return project.lang === 'zh' ? writeChinese(project) : writeEnglish(project);
}

function writeEnglish(project: Project): string {
  const { name, framework, packageManager } = project;
  const { hasModel, hasRedis, isTyped, extension, output } = findTraits(project);
  const { install, run, short } = packageManager;
  const needsEnvironment = hasModel || hasRedis;
  return joinLines(
    `# ${name}`,
    '',
    `A bot for a WeChat Official Account (公众号), made with [@wechat-mp/${framework}](${DOCS}/${framework}).`,
    '',
    '```sh',
    install,
    needsEnvironment && `cp .env.example .env${hasModel ? '   # and fill in MODEL_API_KEY' : ''}`,
    hasRedis && 'docker run --rm -d -p 6379:6379 redis   # unless you have a Redis',
    `${run} dev`,
    '```',
    '',
    '| | |',
    '| --- | --- |',
    `| \`${run} dev\` | the bot, restarted when \`src/\` or \`.env\` changes, and a page to chat with it: http://127.0.0.1:8266 (\`CHAT_PORT\`). No account is needed |`,
    `| \`${short} test\` | the tests, with the simulator: no network, no account${hasRedis ? ', no Redis' : ''} |`,
    `| \`${short} start\` | the bot alone, on \`PORT\` |`,
    '',
    '| | |',
    '| --- | --- |',
    `| \`src/bot.${extension}\` | what the bot says: begin here |`,
    `| \`src/server.${extension}\` | ${framework}, the settings, and how it stops |`,
    `| \`src/dev.${extension}\` | what \`${run} dev\` does |`,
    `| \`test/bot.test.${extension}\` | the tests |`,
    '',
    '## Going live',
    '',
    '1. Copy `.env.example` to `.env` and set `WECHAT_TOKEN`: 3 to 32 letters and digits of your choice.',
    `2. Run the bot where WeChat can reach it, on port 80 or 443, for example at \`https://your.host/wechat\`. In a container let the command be \`node ${output}src/server.js\`${isTyped ? ` (after \`${run} build\`)` : ''}, so that it gets SIGTERM: it then answers the messages that it has, and ends.`,
    '3. In [微信开发者平台](https://developers.weixin.qq.com/platform/) → 我的业务 → 公众号/服务号 → 基础信息 → 域名与消息推送配置, enter that address and the same token. For 安全模式, set `WECHAT_APPID` and `WECHAT_ENCODING_AES_KEY` as well.',
    '',
    `When the address does not verify: \`npx @wechat-mp/simulator doctor --target https://your.host/wechat --token TOKEN\` says why.`,
  );
}

function writeChinese(project: Project): string {
  const { name, framework, packageManager } = project;
  const { hasModel, hasRedis, isTyped, extension, output } = findTraits(project);
  const { install, run, short } = packageManager;
  const needsEnvironment = hasModel || hasRedis;
  return joinLines(
    `# ${name}`,
    '',
    `微信公众号机器人，基于 [@wechat-mp/${framework}](${DOCS}/${framework})。`,
    '',
    '```sh',
    install,
    needsEnvironment && `cp .env.example .env${hasModel ? '   # 然后填写 MODEL_API_KEY' : ''}`,
    hasRedis && 'docker run --rm -d -p 6379:6379 redis   # 已有 Redis 则不需要',
    `${run} dev`,
    '```',
    '',
    '| | |',
    '| --- | --- |',
    `| \`${run} dev\` | 启动机器人（\`src/\` 或 \`.env\` 改动后自动重启）和聊天页面 http://127.0.0.1:8266（端口由 \`CHAT_PORT\` 设置），不需要公众号 |`,
    `| \`${short} test\` | 用模拟器跑测试，不需要网络和公众号${hasRedis ? '，也不需要 Redis' : ''} |`,
    `| \`${short} start\` | 只启动机器人，端口为 \`PORT\` |`,
    '',
    '| | |',
    '| --- | --- |',
    `| \`src/bot.${extension}\` | 机器人怎么回复，从这里改起 |`,
    `| \`src/server.${extension}\` | ${framework} 服务、配置和优雅停止 |`,
    `| \`src/dev.${extension}\` | \`${run} dev\` 做的事 |`,
    `| \`test/bot.test.${extension}\` | 测试 |`,
    '',
    '## 上线',
    '',
    '1. 把 `.env.example` 复制为 `.env`，填写 `WECHAT_TOKEN`：自定，3 到 32 位字母或数字。',
    `2. 部署到微信能访问的地方，端口须为 80 或 443，例如 \`https://你的域名/wechat\`。在容器里请直接运行 \`node ${output}src/server.js\`${isTyped ? `（先执行 \`${run} build\`）` : ''}，这样才能收到 SIGTERM，把手上的消息答完再退出。`,
    '3. 到[微信开发者平台](https://developers.weixin.qq.com/platform/) → 我的业务 → 公众号/服务号 → 基础信息 → 域名与消息推送配置，填写上面的地址和同一个 Token。安全模式还要设置 `WECHAT_APPID` 和 `WECHAT_ENCODING_AES_KEY`。',
    '',
    '验证不通过时，运行 `npx @wechat-mp/simulator doctor --target https://你的域名/wechat --token TOKEN` 查原因。',
  );
}
