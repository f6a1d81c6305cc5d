import type { Topic } from './choices.ts';
import type { Language } from './language.ts';
import { type PackageManager, writeCommand } from './package-manager.ts';

/** Everything that the command says, in one language. */
export interface Texts {
  usage(manager: PackageManager): string;
  /** Ends a message about something misspelt. */
  didYouMean(name: string): string;
  moreHelp(manager: PackageManager): string;
  unknownOption(name: string): string;
  needsValue(option: string): string;
  takesNoValue(option: string): string;
  unknownValue(option: string, value: string, known: readonly string[]): string;
  contradiction(one: string, other: string): string;
  /** Mostly the value of an option that npm took for its own. */
  tooManyFolders(extra: string, manager: PackageManager): string;
  badName(name: string, example: string): string;
  nameOfDependency(name: string, example: string): string;
  folderNotEmpty(folder: string): string;
  notAFolder(path: string): string;
  cannotWrite(path: string, code: string): string;
  cannotAsk(missing: readonly string[]): string;
  oldNode(found: string, needed: string): string;
  /** Stands for the folder among options. */
  folder: string;
  cancelled: string;
  title: string;
  folderQuestion: string;
  questions: Readonly<Record<Topic, string>>;
  labels: Readonly<Record<string, { readonly label: string; readonly hint?: string }>>;
  written(count: number, folder: string): string;
  nextSteps: string;
  fillIn(name: string): string;
  startRedis: string;
}

const en: Texts = {
  usage: (manager) => `Starts a project for a WeChat Official Account (公众号).

  ${writeCommand(manager, '[FOLDER]', '[OPTIONS]')}

What is not given is asked.

  --framework NAME            express, koa or fastify; default: express
  --typescript, --javascript  the language, also --ts, --js; default: TypeScript
  --echo, --model             what answers: an echo, or a language model behind an endpoint
                              in the format of OpenAI; default: echo
  --memory, --redis           where conversations are kept; default: memory
  --yes, -y                   asks nothing; takes the defaults
  --lang en|zh                the language of texts; default: that of the system
  --help, -h
  --version, -v
`,
  didYouMean: (name) => `; did you mean ${name}?`,
  moreHelp: (manager) => `${writeCommand(manager, '', '--help')} lists the options.`,
  unknownOption: (name) => `unknown option ${name}`,
  needsValue: (option) => `${option} needs a value`,
  takesNoValue: (option) => `${option} takes no value`,
  unknownValue: (option, value, known) =>
    `${option} is ${listOr(known, ', ', 'or')}, not ${JSON.stringify(value)}`,
  contradiction: (one, other) => `${one} and ${other} contradict each other: give one of them`,
  tooManyFolders: (extra, manager) =>
    `unexpected argument ${JSON.stringify(extra)}: there is one folder to write${
      manager.separator
        ? `. npm keeps options for itself unless -- comes first: ${writeCommand(manager, 'my-bot', '--framework koa')}`
        : ''
    }`,
  badName: (name, example) =>
    `${JSON.stringify(name)} cannot be the name of a package: use lower-case letters, digits, "-", "_" and ".", for example ${example}`,
  nameOfDependency: (name, example) =>
    `a project called ${name} cannot depend on the package ${name}: choose another name, for example ${example}`,
  folderNotEmpty: (folder) =>
    `the folder ${folder} is not empty, and nothing in it is overwritten: choose another folder, or empty it`,
  notAFolder: (path) => `${path} is a file, not a folder: choose another name`,
  cannotWrite: (path, code) => `${path} cannot be written (${code})`,
  cannotAsk: (missing) =>
    `there is no terminal to ask in: give ${missing.join(', ')}, or --yes for the defaults`,
  oldNode: (found, needed) =>
    `Node.js ${found} is too old: ${needed} or later is needed, see https://nodejs.org`,
  folder: 'a folder',
  cancelled: 'Cancelled; nothing was written.',
  title: 'A bot for a WeChat Official Account  (↑ ↓ to choose, Enter to confirm)',
  folderQuestion: 'In which folder?',
  questions: {
    framework: 'Which framework?',
    language: 'Which language?',
    answer: 'What answers?',
    store: 'Where are conversations kept?',
  },
  labels: {
    express: { label: 'Express' },
    koa: { label: 'Koa' },
    fastify: { label: 'Fastify' },
    typescript: { label: 'TypeScript' },
    javascript: { label: 'JavaScript' },
    echo: { label: 'An echo', hint: 'to begin with' },
    model: { label: 'A language model', hint: 'DeepSeek, Qwen, Kimi, Ollama, …' },
    memory: { label: 'In memory', hint: 'one process' },
    redis: { label: 'In Redis', hint: 'several processes, restarts' },
  },
  written: (count, folder) => `${count} files written to ${folder}`,
  nextSteps: 'Next steps',
  fillIn: (name) => `# fill in ${name}`,
  startRedis: '# unless a Redis is running',
};

const zh: Texts = {
  usage: (manager) => `创建微信公众号项目。

  ${writeCommand(manager, '[目录]', '[选项]')}

没有给出的选项会逐一询问。

  --framework 名称            express、koa 或 fastify，默认 express
  --typescript, --javascript  语言，可写作 --ts、--js，默认 TypeScript
  --echo, --model             由谁回复：原样回显，或兼容 OpenAI 格式的大模型接口；默认回显
  --memory, --redis           上下文存在哪里，默认内存
  --yes, -y                   不询问，一律用默认值
  --lang en|zh                文字的语言，默认跟随系统
  --help, -h                  显示帮助
  --version, -v               显示版本
`,
  didYouMean: (name) => `，是不是 ${name}？`,
  moreHelp: (manager) => `全部选项见 ${writeCommand(manager, '', '--help')}。`,
  unknownOption: (name) => `未知选项 ${name}`,
  needsValue: (option) => `${option} 需要一个值`,
  takesNoValue: (option) => `${option} 不带值`,
  unknownValue: (option, value, known) =>
    `${option} 只能是 ${listOr(known, '、', '或')}，不能是 ${JSON.stringify(value)}`,
  contradiction: (one, other) => `${one} 与 ${other} 互相矛盾，只能给一个`,
  tooManyFolders: (extra, manager) =>
    `多余的参数 ${JSON.stringify(extra)}：只能指定一个目录${
      manager.separator
        ? `。用 npm 时，选项前要加 --，否则会被 npm 自己拿走：${writeCommand(manager, 'my-bot', '--framework koa')}`
        : ''
    }`,
  badName: (name, example) =>
    `${JSON.stringify(name)} 不能用作包名：只能用小写字母、数字、“-”、“_”和“.”，例如 ${example}`,
  nameOfDependency: (name, example) => `项目名 ${name} 与它依赖的包重名，请换一个，例如 ${example}`,
  folderNotEmpty: (folder) => `目录 ${folder} 不为空，不会覆盖其中的文件：请换一个目录，或先清空它`,
  notAFolder: (path) => `${path} 是文件，不是目录：请换一个名称`,
  cannotWrite: (path, code) => `无法写入 ${path}（${code}）`,
  cannotAsk: (missing) =>
    `当前不在终端里，无法询问：请给出 ${missing.join('、')}，或用 --yes 采用默认值`,
  oldNode: (found, needed) =>
    `Node.js ${found} 版本过低，需要 ${needed} 或更高版本，见 https://nodejs.org`,
  folder: '目录',
  cancelled: '已取消，没有写入任何文件。',
  title: '创建微信公众号机器人（↑ ↓ 选择，回车确认）',
  folderQuestion: '放在哪个目录？',
  questions: {
    framework: '用哪个框架？',
    language: '用哪种语言？',
    answer: '由谁回复？',
    store: '上下文存在哪里？',
  },
  labels: {
    express: { label: 'Express' },
    koa: { label: 'Koa' },
    fastify: { label: 'Fastify' },
    typescript: { label: 'TypeScript' },
    javascript: { label: 'JavaScript' },
    echo: { label: '原样回显', hint: '先跑起来' },
    model: { label: '大模型', hint: 'DeepSeek、通义千问、Kimi、Ollama 等' },
    memory: { label: '内存', hint: '单进程' },
    redis: { label: 'Redis', hint: '多进程，重启不丢' },
  },
  written: (count, folder) => `已在 ${folder} 写入 ${count} 个文件`,
  nextSteps: '接下来',
  fillIn: (name) => `# 填写 ${name}`,
  startRedis: '# 已有 Redis 则不需要',
};

export const TEXTS: Readonly<Record<Language, Texts>> = { en, zh };

function listOr(names: readonly string[], comma: string, or: string): string {
  const [last = '', ...others] = [...names].reverse();
  return others.length === 0 ? last : `${others.reverse().join(comma)} ${or} ${last}`;
}
