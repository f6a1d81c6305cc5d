/**
 * Words this repository does not use, each with what to write in its place. See the glossary in CONTRIBUTING.md.
 *
 * `scripts/lint-words.mjs` looks for them in comments and strings, `scripts/check-words.mjs` in Markdown.
 */
export const ENGLISH = [
  [
    /\b(?:is|are|was|were|be) no (?:JSON|XML|HTTP|URL|number|string|object|delivery|message|function|array|list|Date|Buffer|text|image|picture|file|cookie|name|media|method|option|account|integer)\b/,
    'is not …',
  ],
  [/\b(?:as )?of today\b/, 'current, or a date'],
  [/\bwhosever\b/, 'whoever owns it'],
  [/\banew\b/, 'again'],
  [/\b(?:and|or) its (?:like|kin|likes)\b/, 'and similar'],
  [/\bthe likes? of\b/, 'such as'],
  [
    /\bso many (?:milliseconds|seconds|minutes|bytes|characters|times|hours|days)\b/,
    'the number, with its unit',
  ],
  [/\b(?:is|are|was|were|be|been) told\b/, 'is notified, is passed, or is reported'],
  [/\bin whatever (?:process|order|way)\b/, 'in any …'],
  [/\bcannot be had\b/, 'is not available'],
  [/\bfailed itself\b/, 'threw'],
  [/\bis spelt\b/, 'did you mean …?'],
  [/\btak(?:es?|en|ing) (?:it |them |this |the \w+ )?for an?\b/, 'treats … as'],
  [/\bon your desk\b/, 'locally'],
  [
    /\bnobody (?:takes|waits|knows|asks|answers|reads|needs|listens)\b/i,
    'say who or what, or use the passive',
  ],
  [/\bwho(?:ever)? waits (?:does|for)\b/i, 'the waiter'],
  [/\bthat one\b/, 'name it'],
  [/\bwhat is late\b/i, 'anything after the deadline'],
];

export const CHINESE = [
  [/(?<!从|到|在|点|用|看)这里(?:有|没有|的|用|只|会|不)/, '本库'],
  [/一次运行|失去这次运行|这次运行/, '一次执行，失去处理权'],
  [/回复窗口/, '回复时限'],
  [/拆信封|拆开信封/, '解包'],
  [/有名有姓/, '对应的'],
  [/搬到你的桌面/, '在本机模拟微信'],
  [/要的正是/, '就是为了'],
  [/开发者密码/, '开发者密钥'],
  [/该公众号暂时无法提供服务/, '该公众号提供的服务出现故障'],
];

/** Returns each word of the lists that `text` has, with its position and replacement. */
export function findWords(text) {
  return [...ENGLISH, ...CHINESE].flatMap(([pattern, instead]) =>
    [...text.matchAll(new RegExp(pattern, `${pattern.flags}g`))].map((match) => ({
      index: match.index,
      word: match[0],
      instead,
    })),
  );
}
