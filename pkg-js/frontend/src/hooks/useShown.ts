import { useLayoutEffect, useState, useSyncExternalStore } from 'react';

/** Who shows what on this page, by key: the first one does. */
const claims = new Map<string, symbol[]>();
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(keys: string[], next: (holders: symbol[]) => symbol[]) {
  for (const key of keys) {
    const holders = next(claims.get(key) ?? []);
    if (holders.length > 0) claims.set(key, holders);
    else claims.delete(key);
  }
  listeners.forEach(listener => listener());
}

/** Returns the keys that this component is to show: those that no component of the page has shown before. */
export function useShown(keys: string[]): Set<string> {
  const [own] = useState(() => Symbol('shown'));
  const joined = JSON.stringify(keys);
  useLayoutEffect(() => {
    const claimed: string[] = JSON.parse(joined);
    change(claimed, holders => [...holders, own]);
    return () => change(claimed, holders => holders.filter(it => it !== own));
  }, [joined, own]);
  const isOwn = (key: string) => (claims.get(key)?.[0] ?? own) === own;
  const shown = useSyncExternalStore(subscribe, () =>
    JSON.stringify(keys.filter(isOwn)),
  );
  return new Set(JSON.parse(shown));
}
