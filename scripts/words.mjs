/**
 * Words this repository does not use, each with what to write in its place. See the glossary in CONTRIBUTING.md.
 *
 * `scripts/lint-words.mjs` looks for them in comments and strings, `scripts/check-words.mjs` in Markdown.
 */
export const ENGLISH = [
  [
    /(?<!\bthere )\b(?:is|are|was|were|be) no (?:JSON|XML|HTTP|URL|number|string|object|delivery|message|function|array|list|Date|Buffer|text|image|picture|file|cookie|name|media|method|option|account|integer)\b/,
    'is not …',
  ],
  [/\b(?:as )?of today\b/, 'current, or a date'],
  [/\bwhosever\b/, 'whoever owns it'],
  [/\banew\b/, 'again'],
  [/\b(?:and|or) its (?:like|kin|likes)\b/, 'and similar'],
  [/\bthe likes? of\b/, 'such as'],
  [
    /\bso many (?:milliseconds|seconds|minutes|bytes|characters|hours|days)\b/,
    'the number, with its unit',
  ],
  [/\b(?:is|are|was|were|be|been) told\b(?! apart)/, 'is notified, is passed, or is reported'],
  [/\bin whatever (?:process|order|way)\b/, 'in any …'],
  [/\bcannot be had\b/, 'is not available'],
  [/\bfailed itself\b/, 'threw'],
  [/\bis spelt\b/, 'did you mean …?'],
  [/\btak(?:es?|en|ing) (?:it |them |this |the \w+ )?for an?\b/, 'treats … as'],
  [/\bon your desk\b/, 'locally'],
  [/\bfinds? out who looks\b/, 'signs the visitor in'],
  [/\beach method.s fate\b/, 'status of each method'],
  [/\bnobody takes the\b/i, 'nothing is listening'],
  [/\bwhat is late\b/i, 'anything after the deadline'],
];

export const CHINESE = [
  [/这里(?:的(?!话)|不管|不用|会|没有|只)/, '本库'],
  [/一次运行|这次运行/, '一次执行'],
  [/失去这次(?:运行|执行)/, '失去处理权'],
  [/回复窗口/, '回复时限'],
  [/拆信封|拆开信封/, '解包'],
  [/有名有姓/, '对应的'],
  [/搬到你的桌面/, '在本机模拟微信'],
  [/要的正是/, '就是为了'],
  [/做下面\S{1,3}件事/, '实现下面 … 个方法'],
  [/次推送来等/, '最多等几次推送'],
  [/一次推送里等/, '单次推送最多等'],
  [/没了：没有/, '已失效：目前没有可用的办法'],
  [/开发者密码/, '开发者密钥'],
  [/该公众号暂时无法提供服务/, '该公众号提供的服务出现故障'],
  [/(?:超时|迟到)的回复/, '超时回复'],
  [/(?:留着|待取)的回复/, '留存的回复'],
  [/对话状态/, '上下文'],
  [/微信会?再推|重新投递/, '重推'],
  [/接入指南/, '使用指南'],
  [/本项目/, '本库'],
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
