/** Markdown as models write it, and what the chat shows of it. */
export interface Construct {
  readonly name: string;
  readonly markdown: string;
  readonly wechat: string;
  /** With written addresses, where that differs. */
  readonly plain?: string;
}

export const constructs: readonly Construct[] = [
  {
    name: 'a paragraph',
    markdown: 'Hello, world.',
    wechat: 'Hello, world.',
  },
  {
    name: '一段话',
    markdown: '你好，世界。',
    wechat: '你好，世界。',
  },
  {
    name: 'two paragraphs',
    markdown: 'One.\n\nTwo.',
    wechat: 'One.\n\nTwo.',
  },
  {
    name: 'a line break within a paragraph',
    markdown: '床前明月光，\n疑是地上霜。',
    wechat: '床前明月光，\n疑是地上霜。',
  },
  {
    name: 'a hard break by two spaces',
    markdown: 'one  \ntwo',
    wechat: 'one\ntwo',
  },
  {
    name: 'a hard break by a backslash',
    markdown: 'one\\\ntwo',
    wechat: 'one\ntwo',
  },
  {
    name: 'a heading',
    markdown: '# Setup\n\nInstall it.',
    wechat: 'Setup\nInstall it.',
  },
  {
    name: '各级标题',
    markdown: '## 第一步\n安装。\n### 细节\n见下。',
    wechat: '第一步\n安装。\n\n细节\n见下。',
  },
  {
    name: 'a heading with closing marks',
    markdown: '## Setup ##\ntext',
    wechat: 'Setup\ntext',
  },
  {
    name: 'an underlined heading',
    markdown: 'Setup\n=====\n\nInstall it.',
    wechat: 'Setup\nInstall it.',
  },
  {
    name: 'a heading with emphasis',
    markdown: '### **重要** 提示\n内容',
    wechat: '重要 提示\n内容',
  },
  {
    name: 'strong',
    markdown: 'This is **important**.',
    wechat: 'This is important.',
  },
  {
    name: '强调',
    markdown: '这是**重点**内容。',
    wechat: '这是重点内容。',
  },
  {
    name: 'strong around Chinese quotes',
    markdown: '所谓**“重点”**就是这个。',
    wechat: '所谓“重点”就是这个。',
  },
  {
    name: 'strong that ends with punctuation',
    markdown: '**注意：**请先备份。',
    wechat: '注意：请先备份。',
  },
  {
    name: 'strong after a full stop',
    markdown: '完成。**下一步**：测试。',
    wechat: '完成。下一步：测试。',
  },
  {
    name: 'emphasis',
    markdown: 'an *easy* and _simple_ way',
    wechat: 'an easy and simple way',
  },
  {
    name: 'strong emphasis',
    markdown: '***both*** at once',
    wechat: 'both at once',
  },
  {
    name: 'nested emphasis',
    markdown: '**bold with *italic* inside**',
    wechat: 'bold with italic inside',
  },
  {
    name: 'emphasis that never closes',
    markdown: 'a **word that goes on',
    wechat: 'a **word that goes on',
  },
  {
    name: 'asterisks that multiply',
    markdown: '2*3*4 = 24，a*b*c，5 * 6',
    wechat: '2*3*4 = 24，a*b*c，5 * 6',
  },
  {
    name: 'underscores in names',
    markdown: 'call get_user_name and __init__ here',
    wechat: 'call get_user_name and init here',
  },
  {
    name: 'escaped marks',
    markdown: '\\*not emphasis\\* and \\# not a heading',
    wechat: '*not emphasis* and # not a heading',
  },
  {
    name: 'strikethrough',
    markdown: '原价 ~~100~~ 现价 80',
    wechat: '原价 100 现价 80',
  },
  {
    name: 'single tildes',
    markdown: '大约 3~5 天，~10 元',
    wechat: '大约 3~5 天，~10 元',
  },
  {
    name: 'inline code',
    markdown: 'run `npm install` now',
    wechat: 'run npm install now',
  },
  {
    name: '行内代码里的标记',
    markdown: '写成 `**粗体**` 就行。',
    wechat: '写成 **粗体** 就行。',
  },
  {
    name: 'inline code with a backtick',
    markdown: 'use `` a`b `` here',
    wechat: 'use a`b here',
  },
  {
    name: 'a bullet list',
    markdown: '- one\n- two\n- three',
    wechat: '• one\n• two\n• three',
  },
  {
    name: '无序列表',
    markdown: '特点：\n\n* 快\n* 小\n* 稳',
    wechat: '特点：\n\n• 快\n• 小\n• 稳',
  },
  {
    name: 'a list with pluses',
    markdown: '+ one\n+ two',
    wechat: '• one\n• two',
  },
  {
    name: 'a nested list',
    markdown: '- fruit\n  - apple\n    - red\n    - green\n  - pear\n- bread',
    wechat: '• fruit\n  ◦ apple\n    ▪ red\n    ▪ green\n  ◦ pear\n• bread',
  },
  {
    name: 'a loose list',
    markdown: '- one\n\n- two\n\n- three',
    wechat: '• one\n• two\n• three',
  },
  {
    name: 'an ordered list',
    markdown: '1. first\n2. second\n3. third',
    wechat: '1. first\n2. second\n3. third',
  },
  {
    name: '有序列表',
    markdown: '步骤：\n1. 打开\n2. 关闭',
    wechat: '步骤：\n\n1. 打开\n2. 关闭',
  },
  {
    name: 'an ordered list that only says 1',
    markdown: '1. a\n1. b\n1. c',
    wechat: '1. a\n2. b\n3. c',
  },
  {
    name: 'an ordered list from 5',
    markdown: '5. five\n6. six',
    wechat: '5. five\n6. six',
  },
  {
    name: 'an ordered list with nested bullets',
    markdown: '1. **准备**\n   - 面粉\n   - 鸡蛋\n2. **开始**',
    wechat: '1. 准备\n  ◦ 面粉\n  ◦ 鸡蛋\n2. 开始',
  },
  {
    name: 'a list item of two paragraphs',
    markdown: '- one\n\n  more of it\n- two',
    wechat: '• one\n  more of it\n• two',
  },
  {
    name: 'code in a list item',
    markdown: '1. Run:\n   ```sh\n   npm test\n   ```\n2. Done',
    wechat: '1. Run:\n  npm test\n2. Done',
  },
  {
    name: 'a task list',
    markdown: '- [x] 写代码\n- [ ] 写测试',
    wechat: '☑ 写代码\n☐ 写测试',
  },
  {
    name: 'a table',
    markdown: '| Name | Price |\n| --- | ---: |\n| Apple | 3 |\n| Pear | 4 |',
    wechat: '• Apple\n  Price: 3\n• Pear\n  Price: 4',
  },
  {
    name: '表格',
    markdown: '| 城市 | 天气 | 气温 |\n|:--|:-:|--:|\n| 北京 | **晴** | 25℃ |\n| 上海 | 雨 | 22℃ |',
    wechat: '• 北京\n  天气：晴\n  气温：25℃\n• 上海\n  天气：雨\n  气温：22℃',
  },
  {
    name: 'a table with an empty cell and a break',
    markdown: '| a | b | c |\n|---|---|---|\n| 1 |  | x<br>y |',
    wechat: '• 1\n  c: x y',
  },
  {
    name: 'a table with one column',
    markdown: '| 名单 |\n|---|\n| 张三 |\n| 李四 |',
    wechat: '• 张三\n• 李四',
  },
  {
    name: 'a table without rows',
    markdown: '| a | b |\n|---|---|',
    wechat: 'a | b',
  },
  {
    name: 'a bar that makes no table',
    markdown: 'a | b',
    wechat: 'a | b',
  },
  {
    name: 'a block of code',
    markdown: '```js\nconst a = 1;\n\nconsole.log(`${a}`);\n```',
    wechat: 'const a = 1;\n\nconsole.log(`${a}`);',
  },
  {
    name: '代码块里的注释',
    markdown: '```python\n# 不是标题\nprint("**你好**")\n```\n运行即可。',
    wechat: '# 不是标题\nprint("**你好**")\n\n运行即可。',
  },
  {
    name: 'code between tildes',
    markdown: '~~~\nx\n```\ny\n~~~',
    wechat: 'x\n```\ny',
  },
  {
    name: 'code that never ends',
    markdown: '```\nhalf\n  done',
    wechat: 'half\n  done',
  },
  {
    name: 'indented code',
    markdown: 'Like so:\n\n    a = 1\n    b = 2',
    wechat: 'Like so:\n\na = 1\nb = 2',
  },
  {
    name: 'a quote',
    markdown: '> To be, or not to be.',
    wechat: '│ To be, or not to be.',
  },
  {
    name: '引用',
    markdown: '> 第一行\n> 第二行\n>\n> 第二段',
    wechat: '│ 第一行\n│ 第二行\n│\n│ 第二段',
  },
  {
    name: 'a quote with a list',
    markdown: '> - one\n> - two',
    wechat: '│ • one\n│ • two',
  },
  {
    name: 'a rule',
    markdown: 'above\n\n---\n\nbelow',
    wechat: 'above\n\n———\n\nbelow',
  },
  {
    name: 'a rule right below a text',
    markdown: '上文\n\n***\n下文',
    wechat: '上文\n\n———\n\n下文',
  },
  {
    name: 'a link',
    markdown: 'See [the docs](https://example.com/docs).',
    wechat: 'See <a href="https://example.com/docs">the docs</a>.',
    plain: 'See the docs (https://example.com/docs).',
  },
  {
    name: '链接',
    markdown: '详见[官方文档](https://example.com/文档 "标题")。',
    wechat: '详见<a href="https://example.com/文档">官方文档</a>。',
    plain: '详见官方文档 (https://example.com/文档)。',
  },
  {
    name: 'a link with a query and quotes',
    markdown: '[go](https://example.com/?a=1&b="x"<y>)',
    wechat: '<a href="https://example.com/?a=1&b=%22x%22%3Cy%3E">go</a>',
    plain: 'go (https://example.com/?a=1&b=%22x%22%3Cy%3E)',
  },
  {
    name: 'a link with strong text',
    markdown: '[**Click**](https://example.com)',
    wechat: '<a href="https://example.com">Click</a>',
    plain: 'Click (https://example.com)',
  },
  {
    name: 'a link that shows its address',
    markdown: '[https://example.com](https://example.com)',
    wechat: 'https://example.com',
  },
  {
    name: 'an autolink',
    markdown: 'at <https://example.com/a>',
    wechat: 'at https://example.com/a',
  },
  {
    name: 'a bare address',
    markdown: '网址 https://example.com/a_b_c?x=1。后面',
    wechat: '网址 https://example.com/a_b_c?x=1。后面',
  },
  {
    name: 'a link of another scheme',
    markdown: '[run](javascript:alert(1)) [file](file:///etc/passwd)',
    wechat: 'run file',
  },
  {
    name: 'a link within the site',
    markdown: '[home](/index.html)',
    wechat: 'home',
  },
  {
    name: 'an e-mail link',
    markdown: '[写信](mailto:a@example.com) <b@example.com>',
    wechat: '写信 (a@example.com) b@example.com',
  },
  {
    name: 'a picture',
    markdown: '![小猫](https://example.com/cat.png)',
    wechat: '<a href="https://example.com/cat.png">小猫</a>',
    plain: '小猫 (https://example.com/cat.png)',
  },
  {
    name: 'a picture without words',
    markdown: '![](https://example.com/cat.png)',
    wechat: 'https://example.com/cat.png',
  },
  {
    name: 'a footnote',
    markdown: 'A claim[^1].\n\n[^1]: The source.',
    wechat: 'A claim[1].\n\n[1] The source.',
  },
  {
    name: '脚注',
    markdown: '水在 100℃ 沸腾[^a]。\n\n[^a]: 标准大气压下。',
    wechat: '水在 100℃ 沸腾[a]。\n\n[a] 标准大气压下。',
  },
  {
    name: 'a reference',
    markdown: '[docs][1]\n\n[1]: https://example.com',
    wechat: '[docs][1]\n\n[1] https://example.com',
  },
  {
    name: 'decoration in HTML',
    markdown: '<b>bold</b>, H<sub>2</sub>O<br>next',
    wechat: 'bold, H2O\nnext',
  },
  {
    name: 'an anchor in HTML',
    markdown: '点<a href="https://example.com" target="_blank">这里</a>。',
    wechat: '点<a href="https://example.com">这里</a>。',
    plain: '点这里 (https://example.com)。',
  },
  {
    name: 'a comment in HTML',
    markdown: 'a<!-- hidden -->b',
    wechat: 'ab',
  },
  {
    name: 'HTML that is talked about',
    markdown: 'the tag <marquee> is old',
    wechat: 'the tag <marquee> is old',
  },
  {
    name: 'entities',
    markdown: 'A &amp; B &lt; C &copy;',
    wechat: 'A & B < C ©',
  },
  {
    name: 'an emoji',
    markdown: '**好的** 👍🏽',
    wechat: '好的 👍🏽',
  },
  {
    name: 'mathematics',
    markdown: '面积 $a_1 \\times b_1$，即 \\(x\\)',
    wechat: '面积 $a_1 \\times b_1$，即 (x)',
  },
  {
    name: 'a title, a list and a conclusion',
    markdown: '### 总结\n- **快**：毫秒级\n- **省**：免费\n\n祝好！',
    wechat: '总结\n• 快：毫秒级\n• 省：免费\n\n祝好！',
  },
  {
    name: 'a picture that is a link',
    markdown: '[![图](https://example.com/i.png)](https://example.com)',
    wechat: '<a href="https://example.com">图</a>',
    plain: '图 (https://example.com)',
  },
  {
    name: 'an empty item',
    markdown: '- \n- x',
    wechat: '•\n• x',
  },
  {
    name: '引用里的引用和代码',
    markdown: '> 外层\n> > 内层\n>\n> ```\n> code\n> ```',
    wechat: '│ 外层\n│\n│ │ 内层\n│\n│ code',
  },
  {
    name: 'a link in a cell, and an escaped bar',
    markdown: '| a | b |\n|---|---|\n| [x](https://example.com) | `c\\|d` |',
    wechat: '• <a href="https://example.com">x</a>\n  b: c|d',
    plain: '• x (https://example.com)\n  b: c|d',
  },
  {
    name: '折叠的段落',
    markdown: '<details>\n<summary>点开</summary>\n\n内容\n\n</details>',
    wechat: '点开\n\n内容',
  },
];
