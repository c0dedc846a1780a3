const REAL = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
] as const;

/** Fakes the timers of pauses and ends each pause at once. Returns how to stop that. */
export function skipPauses(): () => void {
  jest.useFakeTimers({ doNotFake: [...REAL, 'setInterval', 'clearInterval'] });
  const clock = setInterval(() => jest.runOnlyPendingTimers(), 20);
  return () => {
    clearInterval(clock);
    jest.useRealTimers();
  };
}

/** Fakes the timers of intervals alone. */
export const fakeIntervals = () =>
  jest.useFakeTimers({ doNotFake: [...REAL, 'setTimeout', 'clearTimeout'] });
