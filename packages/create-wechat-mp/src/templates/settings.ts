import type { Project } from '../project.ts';
import { findTraits, joinLines } from './text.ts';

export const GITIGNORE: string = joinLines('.env', 'dist/', 'node_modules/');

/** Writes tsconfig.json. */
export function writeTsconfig(): string {
  return joinLines(
    '{',
    '  "compilerOptions": {',
    '    "target": "es2022",',
    '    "lib": ["es2023"],',
    '    "module": "nodenext",',
    '    "types": ["node"],',
    '    "strict": true,',
    '    "noUncheckedIndexedAccess": true,',
    '    "verbatimModuleSyntax": true,',
    '    "erasableSyntaxOnly": true,',
    '    "rewriteRelativeImportExtensions": true,',
    '    "skipLibCheck": true,',
    '    "sourceMap": true,',
    '    "rootDir": ".",',
    '    "outDir": "dist"',
    '  },',
    '  "include": ["src", "test"]',
    '}',
  );
}

/** Writes .env.example: what the server reads from its environment. */
export function writeEnvironment(project: Project): string {
  const { hasModel, hasRedis, say } = findTraits(project);
  return joinLines(
    say(
      '# Copy this file to .env, which stays out of git.',
      '# 把本文件复制为 .env 再填写；.env 不会提交到 git。',
    ),
    '',
    say(
      '# The Token of the console: 微信开发者平台 → 我的业务 → 公众号/服务号 → 基础信息 → 域名与消息推送配置',
      '# 后台填写的 Token：微信开发者平台 → 我的业务 → 公众号/服务号 → 基础信息 → 域名与消息推送配置',
    ),
    'WECHAT_TOKEN=',
    say(
      '# For encrypted messages (安全模式): the AppID, and the 消息加解密密钥 of the same page',
      '# 安全模式还要填 AppID，以及同一页面上的消息加解密密钥',
    ),
    'WECHAT_APPID=',
    'WECHAT_ENCODING_AES_KEY=',
    hasModel && [
      '',
      say(
        '# Any endpoint in the format of OpenAI. Ollama: http://localhost:11434/v1, and any key',
        '# 任何兼容 OpenAI 格式的接口。Ollama 填 http://localhost:11434/v1，密钥任意',
      ),
      'MODEL_URL=https://api.deepseek.com/v1',
      'MODEL_NAME=deepseek-chat',
      'MODEL_API_KEY=',
    ],
    hasRedis && ['', 'REDIS_URL=redis://localhost:6379'],
    '',
    'PORT=3000',
    say('# The chat page of `dev`', '# dev 聊天页面的端口'),
    'CHAT_PORT=8266',
  );
}
