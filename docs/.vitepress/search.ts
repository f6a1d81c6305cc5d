/**
 * Cuts a text into what is searched for: words and numbers, and of Chinese, which has no spaces,
 * every two characters that stand together. The page runs its source text: it can use nothing
 * from outside.
 */
export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const [word] of text.matchAll(/\p{Script=Han}+|[\p{L}\p{N}]+/gu)) {
    // A word such as "API接口" begins in another script.
    for (const [part] of word.matchAll(/\p{Script=Han}+|\P{Script=Han}+/gu)) {
      if (!/^\p{Script=Han}/u.test(part)) {
        tokens.push(part);
        continue;
      }
      const signs = Array.from(part);
      if (signs.length === 1) tokens.push(part);
      for (let index = 0; index + 1 < signs.length; index++) {
        tokens.push(`${signs[index]}${signs[index + 1]}`);
      }
    }
  }
  return tokens;
}

/** The words of the search box in Chinese. */
export const chineseSearch = {
  button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
  modal: {
    displayDetails: '显示详情',
    resetButtonTitle: '清除',
    backButtonTitle: '关闭',
    noResultsText: '没有找到',
    footer: {
      selectText: '打开',
      selectKeyAriaLabel: '回车',
      navigateText: '上下移动',
      navigateUpKeyAriaLabel: '上',
      navigateDownKeyAriaLabel: '下',
      closeText: '关闭',
      closeKeyAriaLabel: 'Esc',
    },
  },
};
