/** What stands in place of the value of an environment variable. */
export const HIDDEN = '***';

/**
 * Returns a copy in which environment variables, lists of names and values under the key `env`, have no values. A plan from the history
 * may hold values that the catalog no longer shows.
 */
export function hideValues<T extends object>(report: T): T {
  const text = JSON.stringify(report, (key, value) =>
    key === 'env' && Array.isArray(value)
      ? value.map(variable => ({ ...variable, value: HIDDEN }))
      : value,
  );
  return JSON.parse(text);
}
