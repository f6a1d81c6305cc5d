import type { Project } from '../project.ts';
import { findTraits, joinLines } from './text.ts';

/** Writes the program behind `npm run dev`: the bot, and a page to chat with it. */
export function writeDev(project: Project): string {
  const { isTyped, output, say } = findTraits(project);
  return joinLines(
    say(
      '// Runs the bot, again whenever a file changes, and the simulator: a page to chat with it.',
      '// 启动机器人（文件改动后自动重启）和模拟器的聊天页面。',
    ),
    "import { spawn } from 'node:child_process';",
    `import { existsSync${isTyped ? ', watch' : ''} } from 'node:fs';`,
    "import { createSimulator, servePage } from '@wechat-mp/simulator';",
    '',
    "if (existsSync('.env')) process.loadEnvFile();",
    '',
    "const port = process.env.PORT || '3000';",
    "const token = 'dev';",
    'const target = `http://127.0.0.1:${port}/wechat`;',
    '',
    'const simulator = await createSimulator({ token, target });',
    `simulator.user('${say('Alice', '小明')}');`,
    'const chatPort = Number(process.env.CHAT_PORT || 8266);',
    'const page = await servePage({ simulator, target, port: chatPort });',
    `console.log(\`${say('chat with the bot', '聊天页面')}: \${page.url}\`);`,
    '',
    say(
      '// The account of the simulator has a token of its own, and no encryption.',
      '// 模拟器里的公众号用自己的 token，明文模式。',
    ),
    'const env = {',
    '  ...process.env,',
    '  PORT: port,',
    '  WECHAT_TOKEN: token,',
    "  WECHAT_ENCODING_AES_KEY: '',",
    '};',
    `const server = '${output}src/server.js';`,
    "const bot = spawn(process.execPath, ['--watch', server], { env, stdio: 'inherit' });",
    "process.once('exit', () => bot.kill());",
    "process.once('SIGTERM', () => process.exit());",
    isTyped && [
      '',
      'let compiling: NodeJS.Timeout | undefined;',
      "watch('src', { recursive: true }, () => {",
      '  clearTimeout(compiling);',
      "  compiling = setTimeout(() => spawn('tsc', { shell: true, stdio: 'inherit' }), 100);",
      '});',
    ],
  );
}
