import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  EntityInfoCard,
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import { Button } from '@backstage/ui';
import { useDeployOffer } from '../hooks/useDeployOffer';
import { useStatus } from '../hooks/useStatus';
import { REQUIRED_ANNOTATIONS } from '../requiredAnnotations';
import { useContentPath } from '../routes';
import { vertexAiTranslationRef } from '../translation';
import { StatusActions } from './StatusActions';
import { StatusContent } from './StatusContent';

/** The state of the entity's endpoint on Vertex AI. */
export function VertexAiCard() {
  const { entity } = useEntity();
  // The key keeps the report of one entity from showing on the page of another.
  return <EntityStatus key={stringifyEntityRef(entity)} entity={entity} />;
}

function EntityStatus({ entity }: { entity: Entity }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const status = useStatus(entity);
  const { report, isLoading, refresh } = status;
  const offer = useDeployOffer(entity, report);
  const detailsPath = useContentPath();

  if (report?.state === 'not-annotated') {
    return <MissingAnnotationEmptyState annotation={REQUIRED_ANNOTATIONS} />;
  }
  return (
    <EntityInfoCard
      title={t('statusCard.title')}
      headerActions={
        <Button
          variant="tertiary"
          size="small"
          onPress={refresh}
          isPending={isLoading}
        >
          {t('refresh')}
        </Button>
      }
      footerActions={
        <StatusActions
          entityRef={stringifyEntityRef(entity)}
          offer={offer}
          report={report}
          detailsPath={detailsPath}
        />
      }
    >
      <StatusContent {...status} />
    </EntityInfoCard>
  );
}
