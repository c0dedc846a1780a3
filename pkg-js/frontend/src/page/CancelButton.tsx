import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Flex,
  Text,
} from '@backstage/ui';
import { useState } from 'react';
import { RequestFailure } from '../components/RequestFailure';
import { useDeploymentsClient } from '../deployments/useDeploymentsClient';
import { failureOf, type Failure } from '../failure';
import { vertexAiTranslationRef } from '../translation';
import styles from './page.module.css';

/** Cancels a deployment after a confirmation. */
export function CancelButton(props: { id: string; onAsked(): void }) {
  const { id, onAsked } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const client = useDeploymentsClient();
  const [isOpen, setOpen] = useState(false);
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  async function cancel() {
    setPending(true);
    setFailure(undefined);
    try {
      await client.cancel(id);
      setOpen(false);
      onAsked();
    } catch (error) {
      setFailure(failureOf(error));
    }
    setPending(false);
  }

  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button
        variant="secondary"
        size="small"
        destructive
        className={styles.destructive}
      >
        {t('cancel.button')}
      </Button>
      <Dialog width={420}>
        <DialogHeader>{t('cancel.title')}</DialogHeader>
        <DialogBody>
          <Flex direction="column" gap="3">
            <Text as="p">{t('cancel.explanation')}</Text>
            {failure && <RequestFailure failure={failure} />}
          </Flex>
        </DialogBody>
        <DialogFooter>
          <Button variant="secondary" slot="close">
            {t('cancel.keep')}
          </Button>
          <Button
            variant="primary"
            destructive
            className={styles.danger}
            onPress={cancel}
            isPending={isPending}
          >
            {t('cancel.confirm')}
          </Button>
        </DialogFooter>
      </Dialog>
    </DialogTrigger>
  );
}
