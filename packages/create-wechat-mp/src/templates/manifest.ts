import { findRange, manifest } from '../manifest.ts';
import type { Project } from '../project.ts';
import { findTraits } from './text.ts';

/** Writes package.json. */
export function writeManifest(project: Project): string {
  const { isTyped, output } = findTraits(project);
  const test = `node --test ${output}test/*.test.js`;
  const start = `node ${isTyped ? '--enable-source-maps ' : ''}${output}src/server.js`;
  const scripts = isTyped
    ? {
        build: 'tsc',
        dev: `tsc && node ${output}src/dev.js`,
        prestart: 'tsc',
        start,
        test: `tsc && ${test}`,
      }
    : { dev: 'node src/dev.js', start, test };
  const { dependencies, devDependencies } = listDependencies(project);
  const content = {
    name: project.name,
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: manifest.engines,
    scripts,
    dependencies: addRanges(dependencies),
    devDependencies: addRanges(devDependencies),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Lists the packages that a project depends on. */
function listDependencies(project: Project) {
  const { framework } = project;
  const { isTyped, hasModel, hasRedis } = findTraits(project);
  const dependencies = [
    ...(hasModel ? ['@wechat-mp/ai'] : []),
    ...(hasRedis ? ['@wechat-mp/context-redis', 'ioredis'] : []),
    `@wechat-mp/${framework}`,
    framework,
  ];
  const types = framework === 'fastify' ? [] : [`@types/${framework}`];
  const devDependencies = isTyped ? ['@types/node', ...types, 'typescript'] : [];
  return {
    dependencies,
    devDependencies: [...devDependencies, '@wechat-mp/simulator', 'chokidar'],
  };
}

function addRanges(names: readonly string[]): Record<string, string> {
  return Object.fromEntries([...names].sort().map((name) => [name, findRange(name)]));
}
