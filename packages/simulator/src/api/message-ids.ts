// The first that a double cannot hold, and one more each time.
let last = 9_007_199_254_740_992n + BigInt(Date.now());

/** An id as large as the platform's, in digits. */
export function nextMessageId(): string {
  last += 1n;
  return String(last);
}
