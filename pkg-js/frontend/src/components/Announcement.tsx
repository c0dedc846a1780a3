import { Skeleton } from '@backstage/ui';
import type { ReactNode } from 'react';

/** A live region with a card's headline. It stays mounted, so that screen readers announce each change. */
export function Announcement(props: { loading: string; children?: ReactNode }) {
  const { loading, children } = props;
  return (
    <div
      role="status"
      aria-live="polite"
      aria-label={children ? undefined : loading}
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
