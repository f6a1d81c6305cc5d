import type { Project } from './project.ts';
import { writeBot } from './templates/bot.ts';
import { writeDev } from './templates/dev.ts';
import { writeManifest } from './templates/manifest.ts';
import { writeReadme } from './templates/readme.ts';
import { writeServer } from './templates/server.ts';
import { GITIGNORE, writeEnvironment, writeTsconfig } from './templates/settings.ts';
import { writeTest } from './templates/test.ts';

/** Returns the files of a project: their text by their path. */
export function createFiles(project: Project): Readonly<Record<string, string>> {
  const extension = project.language === 'typescript' ? 'ts' : 'js';
  return {
    'package.json': writeManifest(project),
    ...(project.language === 'typescript' && { 'tsconfig.json': writeTsconfig() }),
    'README.md': writeReadme(project),
    '.env.example': writeEnvironment(project),
    '.gitignore': GITIGNORE,
    [`src/bot.${extension}`]: writeBot(project),
    [`src/server.${extension}`]: writeServer(project),
    [`src/dev.${extension}`]: writeDev(project),
    [`test/bot.test.${extension}`]: writeTest(project),
  };
}
