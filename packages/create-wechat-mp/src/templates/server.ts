import type { Choices } from '../choices.ts';
import type { Project } from '../project.ts';
import { findTraits, joinLines } from './text.ts';

/** How a framework takes the webhook, listens and stops. */
interface Host {
  readonly imports: string;
  /** An option of the webhook, where the framework has no routes of its own. */
  readonly path?: string;
  /** Serves the webhook; `LOGGED` stands for the line that says so. */
  readonly listen: readonly string[];
  readonly stop: readonly string[];
}

const NODE_STOP = [
  '  await bot.close({ timeout: 20_000 });',
  '  await new Promise((resolve) => server.close(resolve));',
];

const HOSTS: Readonly<Record<Choices['framework'], Host>> = {
  express: {
    imports: "import express from 'express';",
    listen: [
      'const app = express();',
      "app.use('/wechat', bot);",
      // Express 5 would call a callback of `listen` with its failure, too.
      'const server = app.listen(port);',
      "server.once('listening', () => {",
      '  LOGGED',
      '});',
    ],
    stop: NODE_STOP,
  },
  koa: {
    imports: "import Koa from 'koa';",
    path: '/wechat',
    listen: [
      'const app = new Koa();',
      'app.use(bot);',
      'const server = app.listen(port, () => {',
      '  LOGGED',
      '});',
    ],
    stop: NODE_STOP,
  },
  fastify: {
    imports: "import { fastify } from 'fastify';",
    listen: [
      'const app = fastify();',
      "app.register(bot, { prefix: '/wechat' });",
      "await app.listen({ port, host: '0.0.0.0' });",
      'LOGGED',
    ],
    stop: ['  await app.close();'],
  },
};

/** Writes the program that serves the bot. */
export function writeServer(project: Project): string {
  const { framework } = project;
  const { hasModel, hasRedis, extension, type, say } = findTraits(project);
  const { imports, path, listen, stop } = HOSTS[framework];
  const logged = `console.log(\`${say('listening', '已启动')}: http://localhost:\${port}/wechat\`);`;
  return joinLines(
    "import { existsSync } from 'node:fs';",
    hasRedis && "import { redisStores } from '@wechat-mp/context-redis';",
    `import { wechat } from '@wechat-mp/${framework}';`,
    // In the order of the packages' names.
    framework !== 'koa' && imports,
    hasRedis && "import { Redis } from 'ioredis';",
    framework === 'koa' && imports,
    `import { ${hasModel ? 'createHandlers, options' : 'handlers'} } from './bot.${extension}';`,
    '',
    "if (existsSync('.env')) process.loadEnvFile();",
    '',
    hasRedis && [
      "const redis = new Redis(readEnv('REDIS_URL'));",
      "redis.on('error', (error) => console.error('redis:', error.message));",
      '',
    ],
    hasModel && [
      'const handlers = createHandlers({',
      "  url: readEnv('MODEL_URL'),",
      "  name: readEnv('MODEL_NAME'),",
      "  key: readEnv('MODEL_API_KEY'),",
      '});',
    ],
    'const bot = wechat(',
    '  {',
    "    token: readEnv('WECHAT_TOKEN'),",
    '    appid: process.env.WECHAT_APPID || undefined,',
    '    encodingAESKey: process.env.WECHAT_ENCODING_AES_KEY || undefined,',
    path !== undefined && `    path: '${path}',`,
    hasModel && '    ...options,',
    hasRedis && '    ...redisStores(redis),',
    '  },',
    '  handlers,',
    ');',
    '',
    'const port = Number(process.env.PORT || 3000);',
    listen.map((line) => line.replace('LOGGED', logged)),
    '',
    say(
      '// New deliveries are refused, for WeChat to repeat; messages in progress are answered.',
      '// 新推送一律拒绝（微信会重推），处理中的消息照常答完。',
    ),
    `async function stop()${type(': Promise<void>')} {`,
    stop,
    hasRedis && '  redis.disconnect();',
    '}',
    "process.once('SIGINT', stop);",
    "process.once('SIGTERM', stop);",
    '',
    `function readEnv(name${type(': string')})${type(': string')} {`,
    '  const value = process.env[name];',
    '  if (value) return value;',
    `  console.error(\`${say(
      '${name} is missing: copy .env.example to .env, and fill it in.',
      '缺少 ${name}：请把 .env.example 复制为 .env 并填写。',
    )}\`);`,
    '  process.exit(1);',
    '}',
  );
}
