import type { DeployOffer, StatusReport } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink, Flex } from '@backstage/ui';
import { deployPath } from '../templates';
import { vertexAiTranslationRef } from '../translation';

/** Links from an endpoint's status: to the form that deploys, to a page of deployments, and to Google's console. */
export function StatusActions(props: {
  entityRef: string;
  environment?: string;
  offer: DeployOffer;
  report?: StatusReport;
  detailsPath?: string;
}) {
  const { entityRef, environment, offer, report, detailsPath } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return (
    <Flex gap="2" align="center" style={{ flexWrap: 'wrap' }}>
      {offer !== 'absent' && (
        <ButtonLink
          variant={offer}
          size="small"
          href={deployPath(entityRef, environment)}
        >
          {t('statusCard.deploy')}
        </ButtonLink>
      )}
      {detailsPath && (
        <ButtonLink variant="tertiary" size="small" href={detailsPath}>
          {t('statusCard.details')}
        </ButtonLink>
      )}
      {report?.endpoint?.consoleUrl && (
        <ButtonLink
          variant="tertiary"
          size="small"
          href={report.endpoint.consoleUrl}
          target="_blank"
          rel="noreferrer"
        >
          {t('statusCard.openConsole')}
        </ButtonLink>
      )}
    </Flex>
  );
}
