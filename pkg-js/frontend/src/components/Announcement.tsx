import { Skeleton } from '@backstage/ui';
import type { ReactNode } from 'react';

/**
 * What a card has to say first, and until there is anything that it is being asked for. It stays the same region, so that screen
 * readers tell whatever changes in it.
 */
export function Announcement(props: { asking: string; children?: ReactNode }) {
  const { asking, children } = props;
  return (
    <div
      role="status"
      aria-live="polite"
      aria-label={children ? undefined : asking}
    >
      {children || (
        <>
          <Skeleton width="40%" height={24} />
          <Skeleton width="100%" height={56} style={{ marginTop: 12 }} />
        </>
      )}
    </div>
  );
}
