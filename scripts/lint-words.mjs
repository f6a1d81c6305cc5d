/**
 * Lint rules for the words of code: names of functions, docstrings, comments, messages.
 */
import { findWords } from './words.mjs';

const STANDARD_NAMES = new Set(['indexOf', 'lastIndexOf', 'valueOf', 'instanceOf', 'typeOf']);
const FUNCTIONS =
  /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|TSDeclareFunction)$/;
const OPENING = /^(?:What|Who|Whose|Whom|Where|Of)\b/;

/** Refuses functions, variables and parameters named `…Of`: a function is a verb and a noun. */
const noOfName = {
  create(context) {
    const check = (id) => {
      const name = id?.type.endsWith('Identifier') ? id.name : undefined;
      if (!name || !/[a-z0-9]Of$/.test(name) || STANDARD_NAMES.has(name)) return;
      context.report({
        node: id,
        message: `${name}: a function is a verb and a noun, as in getName, findName or readName`,
      });
    };
    const checkFunction = (node) => {
      check(node.id);
      for (const parameter of node.params) check(parameter.left ?? parameter);
    };
    const checkKey = (node) => {
      if (!node.computed) check(node.key);
    };
    return {
      FunctionDeclaration: checkFunction,
      TSDeclareFunction: checkFunction,
      FunctionExpression: checkFunction,
      ArrowFunctionExpression: checkFunction,
      VariableDeclarator: ({ id }) => check(id),
      MethodDefinition: checkKey,
      PropertyDefinition: checkKey,
      TSMethodSignature: checkKey,
      TSPropertySignature: checkKey,
      Property(node) {
        if (FUNCTIONS.test(node.value.type)) checkKey(node);
      },
    };
  },
};

/** Refuses docstrings that open with a relative clause. */
const plainDocstring = {
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          if (comment.type !== 'Block' || !comment.value.startsWith('*')) continue;
          const text = comment.value.replace(/^[\s*]+/, '');
          const opening = OPENING.exec(text)?.[0];
          if (!opening) continue;
          context.report({
            node: comment,
            message: `a docstring says what its subject does or is ("Creates…", "Returns…", "Whether…", "The…"), not "${opening}…"`,
          });
        }
      },
    };
  },
};

/** Refuses the words of the list in comments and strings. */
const plainWords = {
  create(context) {
    const check = (node, text) => {
      for (const { word, instead } of findWords(text)) {
        context.report({ node, message: `"${word}": write ${instead}` });
      }
    };
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          check(comment, comment.value.replace(/\n\s*\*?\s*/g, ' '));
        }
      },
      Literal(node) {
        if (typeof node.value === 'string') check(node, node.value);
      },
      TemplateLiteral(node) {
        check(node, node.quasis.map(({ value }) => value.cooked).join('…'));
      },
    };
  },
};

export default {
  meta: { name: 'words' },
  rules: {
    'no-of-name': noOfName,
    'plain-docstring': plainDocstring,
    'plain-words': plainWords,
  },
};
