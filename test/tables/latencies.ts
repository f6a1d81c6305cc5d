/** Seconds that a handler takes, and the try that is answered; none: its reply is pushed. */
const rows: readonly (readonly [seconds: number, tries: number | undefined])[] = [
  [0, 1],
  [2, 1],
  [4, 1],
  [6, 2],
  [7, 2],
  [9, 2],
  [12, 3],
  [14, 3],
  [16, undefined],
  [20, undefined],
  [30, undefined],
];

export const latencies = rows.map(([seconds, tries]) => ({
  seconds,
  tries,
  title: `a handler of ${seconds} s runs once, and ${tries ? `answers try ${tries}` : 'its reply is pushed'}`,
}));
