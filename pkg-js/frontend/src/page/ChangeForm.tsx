import { useRouteRef } from '@backstage/core-plugin-api';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Button,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Flex,
  Text,
} from '@backstage/ui';
import { useId, type FormEvent, type ReactNode } from 'react';
import { useNavigate } from 'react-router-dom';
import { RequestFailure } from '../components/RequestFailure';
import type { StartBody } from '../deployments/client';
import { useStart } from '../deployments/useStart';
import { deploymentRouteRef } from '../routes';
import { vertexAiTranslationRef } from '../translation';
import styles from './page.module.css';

/** The content of a dialog that starts a change, shows why the portal denies it, and then opens the page of what it started. */
export function ChangeForm(props: {
  title: string;
  explanation: string;
  confirm: string;
  destructive?: boolean;
  /** Absent while the form is incomplete. */
  request?: StartBody;
  children?: ReactNode;
}) {
  const { title, explanation, confirm, destructive, request, children } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const path = useRouteRef(deploymentRouteRef);
  const navigate = useNavigate();
  const { start, isPending, failure } = useStart();
  const form = useId();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!request || isPending) return;
    const started = await start(request);
    if (started) navigate(path({ id: started.id }));
  }

  return (
    <>
      <DialogHeader>{title}</DialogHeader>
      <DialogBody>
        <form id={form} onSubmit={submit} noValidate>
          <Flex direction="column" gap="3">
            <Text as="p">{explanation}</Text>
            {children}
          </Flex>
        </form>
        <div role="alert">
          {failure && <RequestFailure failure={failure} isAlone />}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" slot="close">
          {t('change.close')}
        </Button>
        <Button
          variant="primary"
          type="submit"
          form={form}
          destructive={destructive}
          className={destructive ? styles.danger : undefined}
          isDisabled={!request}
          isPending={isPending}
        >
          {confirm}
        </Button>
      </DialogFooter>
    </>
  );
}
