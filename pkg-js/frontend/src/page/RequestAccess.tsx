import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { ButtonLink, Flex } from '@backstage/ui';
import { Grantors } from '../components/Grantors';
import { MissingPermissions } from '../components/MissingPermissions';
import { useAccess } from '../hooks/useAccess';
import { requestAccessPath } from '../templates';
import { vertexAiTranslationRef } from '../translation';

/** The way out of a denial: the form that requests access, filled in, the people who grant it, and all that is missing. */
export function RequestAccess(props: {
  entityRef: string;
  environment?: string;
}) {
  const { entityRef, environment } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { entity } = useEntity();
  const { report } = useAccess(entity, { environment });
  // Without a report, the form asks for the rest.
  const request = { entityRef, environment, ...report?.request };
  return (
    <Flex direction="column" gap="2" align="start">
      <ButtonLink
        variant="primary"
        size="small"
        href={requestAccessPath(request)}
      >
        {t('accessCard.request')}
      </ButtonLink>
      {report && <Grantors grantors={report.grantors} />}
      {report && report.missing.length > 0 && (
        <MissingPermissions grants={report.missing} />
      )}
    </Flex>
  );
}
