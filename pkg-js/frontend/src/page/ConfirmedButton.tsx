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
import { failureOf, type Failure } from '../failure';
import styles from './page.module.css';

/** A button that acts after a confirmation, and shows why the portal refuses. */
export function ConfirmedButton(props: {
  /** The texts of the button, and of its dialog. */
  texts: Record<
    'button' | 'title' | 'explanation' | 'keep' | 'confirm',
    string
  >;
  act(): Promise<unknown>;
  onAsked(): void;
}) {
  const { texts, act, onAsked } = props;
  const [isOpen, setOpen] = useState(false);
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  async function confirm() {
    setPending(true);
    setFailure(undefined);
    try {
      await act();
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
        {texts.button}
      </Button>
      <Dialog width={420}>
        <DialogHeader>{texts.title}</DialogHeader>
        <DialogBody>
          <Flex direction="column" gap="3">
            <Text as="p">{texts.explanation}</Text>
            {failure && <RequestFailure failure={failure} isAlone />}
          </Flex>
        </DialogBody>
        <DialogFooter>
          <Button variant="secondary" slot="close">
            {texts.keep}
          </Button>
          <Button
            variant="primary"
            destructive
            className={styles.danger}
            onPress={confirm}
            isPending={isPending}
          >
            {texts.confirm}
          </Button>
        </DialogFooter>
      </Dialog>
    </DialogTrigger>
  );
}
