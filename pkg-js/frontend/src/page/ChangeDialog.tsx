import { Button, Dialog, DialogTrigger } from '@backstage/ui';
import type { ReactNode } from 'react';
import styles from './page.module.css';

/** A button that opens a dialog. The dialog's content is mounted while it is open. */
export function ChangeDialog(props: {
  /** Text of the button. */
  label: string;
  /** Name of the button, where its text alone does not say what it changes. */
  name: string;
  destructive?: boolean;
  children: ReactNode;
}) {
  const { label, name, destructive, children } = props;
  return (
    <DialogTrigger>
      <Button
        variant="secondary"
        size="small"
        aria-label={name}
        className={destructive ? styles.destructive : undefined}
      >
        {label}
      </Button>
      <Dialog width={460} style={{ maxWidth: '100vw' }}>
        {children}
      </Dialog>
    </DialogTrigger>
  );
}
