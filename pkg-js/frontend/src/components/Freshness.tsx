import type { StatusReport } from '@backstage-vertex-ai/core';
import { Button, Flex, Text } from '@backstage/ui';
import { useNow } from '../hooks/useNow';
import { Findings } from './Findings';

function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  if (seconds < 60) return format.format(-seconds, 'second');
  if (seconds < 3600) return format.format(-Math.round(seconds / 60), 'minute');
  return format.format(-Math.round(seconds / 3600), 'hour');
}

/** How old the report is; says plainly when it is stale, and why. */
export function Freshness(props: {
  report: Pick<StatusReport, 'observedAt' | 'staleAt'>;
  failure?: Pick<StatusReport, 'diagnostics'>;
  onRetry(): void;
}) {
  const { report, failure, onRetry } = props;
  const now = useNow();
  const isStale = Boolean(failure) || now > Date.parse(report.staleAt);
  return (
    <>
      <Flex align="center" gap="2">
        <Text
          as="p"
          variant="body-x-small"
          color={isStale ? 'warning' : 'secondary'}
        >
          {isStale && <strong>⚠ Stale. </strong>}
          As of {age(now - Date.parse(report.observedAt))}
        </Text>
        {isStale && (
          <Button variant="secondary" size="small" onPress={onRetry}>
            Try again
          </Button>
        )}
      </Flex>
      {failure && <Findings diagnostics={failure.diagnostics} />}
    </>
  );
}
