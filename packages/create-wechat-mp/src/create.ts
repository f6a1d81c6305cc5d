import { relative, resolve } from 'node:path';
import { intro } from '@clack/prompts';
import {
  type Arguments,
  findLanguage,
  OPTIONS_BY_TOPIC,
  readArguments,
  UsageError,
} from './arguments.ts';
import { DEFAULTS, TOPICS } from './choices.ts';
import { createFiles } from './files.ts';
import { checkFolder, nameProject, writeFiles } from './folder.ts';
import { detectLanguage, type Language } from './language.ts';
import { manifest } from './manifest.ts';
import { detectPackageManager, type PackageManager } from './package-manager.ts';
import type { Project } from './project.ts';
import { askChoices, askFolder, Cancelled, DEFAULT_FOLDER, type Terminal } from './questions.ts';
import { TEXTS, type Texts } from './texts.ts';

/** How the command was called. */
export interface Call {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Undefined where nobody can be asked. */
  readonly terminal: Terminal | undefined;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

/** Runs the command; returns its exit code. */
export async function create(call: Call): Promise<number> {
  const lang = findLanguage(call.args) ?? detectLanguage(call.env);
  const manager = detectPackageManager(call.env);
  try {
    call.print(await respond(call, lang, manager));
    return 0;
  } catch (error) {
    if (error instanceof Cancelled) {
      call.printError(`${TEXTS[lang].cancelled}\n`);
    } else if (error instanceof UsageError) {
      call.printError(`${error.message}\n${TEXTS[lang].moreHelp(manager)}\n`);
    } else {
      throw error;
    }
    return 1;
  }
}

async function respond(call: Call, lang: Language, manager: PackageManager): Promise<string> {
  const texts = TEXTS[lang];
  const given = readArguments(call.args, texts, manager);
  if (given.isHelp) return texts.usage(manager);
  if (given.isVersion) return `${manifest.version}\n`;

  const { folder, ...choices } = await complete(given, call, texts);
  const name = nameProject(folder, call.cwd, texts);
  checkFolder(folder, call.cwd, texts);
  const project: Project = { ...choices, name, lang, packageManager: manager };
  const files = createFiles(project);
  writeFiles(resolve(call.cwd, folder), files, texts);
  return describeResult(project, relative(call.cwd, resolve(call.cwd, folder)), files, texts);
}

/** Asks for what is not given, or takes the defaults. */
async function complete(given: Arguments, { cwd, terminal }: Call, texts: Texts) {
  const check = (folder: string) => {
    nameProject(folder, cwd, texts);
    checkFolder(folder, cwd, texts);
  };
  if (given.folder !== undefined) check(given.folder);
  const missing = TOPICS.filter((topic) => given.choices[topic] === undefined);
  if (given.isYes || (given.folder !== undefined && missing.length === 0)) {
    return { folder: given.folder ?? DEFAULT_FOLDER, ...DEFAULTS, ...given.choices };
  }
  if (!terminal) {
    const options = missing.map((topic) => OPTIONS_BY_TOPIC[topic]);
    const folder = given.folder === undefined ? [texts.folder] : [];
    throw new UsageError(texts.cannotAsk([...folder, ...options]));
  }
  intro(texts.title, terminal);
  const folder = given.folder ?? (await askFolder(texts, check, terminal));
  return { folder, ...(await askChoices(given.choices, texts, terminal)) };
}

function describeResult(
  { answer, store, packageManager }: Project,
  folder: string,
  files: Readonly<Record<string, string>>,
  texts: Texts,
): string {
  const [hasModel, hasRedis] = [answer === 'model', store === 'redis'];
  const { install, run } = packageManager;
  const steps = [
    folder !== '' && `cd ${/\s/.test(folder) ? JSON.stringify(folder) : folder}`,
    install,
    (hasModel || hasRedis) &&
      `cp .env.example .env${hasModel ? `   ${texts.fillIn('MODEL_API_KEY')}` : ''}`,
    hasRedis && `docker run --rm -d -p 6379:6379 redis   ${texts.startRedis}`,
    `${run} dev`,
  ];
  const shown = steps.filter((step) => step !== false).map((step) => `  ${step}`);
  const written = texts.written(Object.keys(files).length, folder || '.');
  return `\n${written}\n\n${texts.nextSteps}\n${shown.join('\n')}\n`;
}
