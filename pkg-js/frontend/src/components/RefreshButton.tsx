import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { vertexAiTranslationRef } from '../translation';

/** Asks for the state of now; shows that it waits for it. */
export function RefreshButton(props: { isLoading: boolean; refresh(): void }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return (
    <Button
      variant="tertiary"
      size="small"
      onPress={props.refresh}
      isPending={props.isLoading}
    >
      {t('refresh')}
    </Button>
  );
}
