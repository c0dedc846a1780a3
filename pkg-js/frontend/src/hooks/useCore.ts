import { init } from '@backstage-vertex-ai/core';
import { useCallback, useEffect, useState } from 'react';

/** Loads the compiled core. Call no function of it before `isReady`. */
export function useCore(): {
  isReady: boolean;
  broken?: Error;
  retry(): void;
} {
  const [isReady, setReady] = useState(false);
  const [broken, setBroken] = useState<Error>();
  const [round, setRound] = useState(0);
  const retry = useCallback(() => setRound(n => n + 1), []);

  useEffect(() => {
    let isGone = false;
    setBroken(undefined);
    init().then(
      () => isGone || setReady(true),
      error => isGone || setBroken(error),
    );
    return () => {
      isGone = true;
    };
  }, [round]);

  return { isReady, broken, retry };
}
