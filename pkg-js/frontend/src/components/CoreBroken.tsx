import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button } from '@backstage/ui';
import { vertexAiTranslationRef } from '../translation';

/** The core failed or could not be loaded, most often because a content security policy forbids WebAssembly. */
export function CoreBroken(props: { error: Error; onRetry(): void }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return (
    <Alert
      status="danger"
      icon
      title={t('coreBroken.title')}
      description={t('coreBroken.description', {
        message: props.error.message,
        directive: <code>'wasm-unsafe-eval'</code>,
      })}
      customActions={
        <Button variant="secondary" size="small" onPress={props.onRetry}>
          {t('retry')}
        </Button>
      }
    />
  );
}
