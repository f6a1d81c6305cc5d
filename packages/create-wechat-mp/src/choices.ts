/** The choices of a project. The first of each is the default. */
export const CHOICES = {
  framework: ['express', 'koa', 'fastify'],
  language: ['typescript', 'javascript'],
  answer: ['echo', 'model'],
  store: ['memory', 'redis'],
} as const;

/** A question about the project. */
export type Topic = keyof typeof CHOICES;

/** One choice for each topic. */
export type Choices = { readonly [T in Topic]: (typeof CHOICES)[T][number] };

export const TOPICS = Object.keys(CHOICES) as readonly Topic[];

export const DEFAULTS: Choices = {
  framework: 'express',
  language: 'typescript',
  answer: 'echo',
  store: 'memory',
};
