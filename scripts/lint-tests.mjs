/**
 * Two lint rules for what `npm test` runs, so that a red test means a fault on any machine.
 *
 * A figure in milliseconds or megabytes belongs in `bench/`, real seconds in `test/long`.
 */

const LONGEST_SLEEP = 50;
const MEASURES = {
  performance: ['now', 'measure', 'mark', 'timeOrigin', 'eventLoopUtilization'],
  process: ['hrtime', 'cpuUsage', 'memoryUsage', 'resourceUsage', 'uptime'],
  v8: ['getHeapStatistics', 'getHeapSpaceStatistics'],
};
const COMPARISONS = new Set(['-', '<', '<=', '>', '>=']);
const SLEEPS = /^(?:pause|sleep|delay|wait)$/;
const PROMISED_TIMERS = /^(?:node:)?timers\/promises$/;

/** Refuses reading a clock or the memory in order to compare it. */
const noMeasuredCost = {
  create(context) {
    const hasFakeTimers = usesFakeTimers(context);
    const times = new Set();
    const report = (node, what) =>
      context.report({
        node,
        message: `${what} measures this machine: count something, give a clock, or move the figure to bench/`,
      });
    return {
      MemberExpression(node) {
        const { object, property, computed } = node;
        const name = computed ? property.value : property.name;
        if (object.type !== 'Identifier' || !MEASURES[object.name]?.includes(name)) return;
        // Fake timers stand for this clock too.
        if (hasFakeTimers && object.name === 'performance') return;
        report(node, `${object.name}.${name}`);
      },
      ImportDeclaration(node) {
        if (/^(?:node:)?perf_hooks$/.test(node.source.value)) report(node, 'perf_hooks');
      },
      VariableDeclarator({ id, init }) {
        if (id.type === 'Identifier' && init && isNow(init)) times.add(id.name);
      },
      BinaryExpression(node) {
        if (hasFakeTimers || !COMPARISONS.has(node.operator)) return;
        const isTime = (side) =>
          isNow(side) || (side.type === 'Identifier' && times.has(side.name));
        const [one, other] = [node.left, node.right];
        const isMeasured =
          (isNow(one) && !isConstant(other)) ||
          (isNow(other) && !isConstant(one)) ||
          (isTime(one) && isTime(other));
        if (isMeasured) report(node, 'the difference to now');
      },
    };
  },
};

/** Refuses waiting for real milliseconds. */
const noRealSleep = {
  create(context) {
    const hasFakeTimers = usesFakeTimers(context);
    const promised = new Set();
    const numbers = new Map();
    return {
      ImportDeclaration({ source, specifiers }) {
        if (!PROMISED_TIMERS.test(source.value)) return;
        for (const { local } of specifiers) promised.add(local.name);
      },
      VariableDeclarator({ id, init }) {
        const number = init && id.type === 'Identifier' ? evaluate(init, numbers) : undefined;
        if (number !== undefined) numbers.set(id.name, number);
      },
      CallExpression(node) {
        const { callee, arguments: given } = node;
        const name = callee.type === 'MemberExpression' ? callee.property.name : callee.name;
        const isPromised = promised.has(name) || SLEEPS.test(name ?? '');
        if (!isPromised && name !== 'setTimeout') return;
        // Fake timers stand for all but those of node:timers/promises.
        if (hasFakeTimers && !promised.has(name)) return;
        const milliseconds = evaluate(isPromised ? given[0] : given[1], numbers);
        if (milliseconds === undefined || milliseconds <= LONGEST_SLEEP) return;
        context.report({
          node,
          message: `a real wait of ${milliseconds} ms: wait for the event, give a clock, or move the suite to test/long`,
        });
      },
    };
  },
};

function usesFakeTimers(context) {
  return context.sourceCode.text.includes('useFakeTimers(');
}

/** Whether the value is the present moment, or computed from it and constants. */
function isNow(node) {
  if (node.type === 'BinaryExpression') return isNow(node.left) || isNow(node.right);
  if (node.type === 'NewExpression') {
    return node.callee.name === 'Date' && node.arguments.length === 0;
  }
  if (node.type !== 'CallExpression') return false;
  const { callee } = node;
  if (callee.type !== 'MemberExpression') return false;
  if (callee.object.name === 'Math') return node.arguments.some(isNow);
  return callee.object.name === 'Date' && callee.property.name === 'now';
}

function isConstant(node) {
  if (node.type === 'Literal') return true;
  if (node.type === 'Identifier') return node.name === node.name.toUpperCase();
  return node.type === 'BinaryExpression' && isConstant(node.left) && isConstant(node.right);
}

/** Gives the number that an expression of literals and earlier constants stands for. */
function evaluate(node, numbers) {
  if (node?.type === 'Literal' && typeof node.value === 'number') return node.value;
  if (node?.type === 'Identifier') return numbers.get(node.name);
  if (node?.type !== 'BinaryExpression') return undefined;
  const [left, right] = [evaluate(node.left, numbers), evaluate(node.right, numbers)];
  if (left === undefined || right === undefined) return undefined;
  return { '+': left + right, '-': left - right, '*': left * right, '/': left / right }[
    node.operator
  ];
}

export default {
  meta: { name: 'steady' },
  rules: { 'no-measured-cost': noMeasuredCost, 'no-real-sleep': noRealSleep },
};
