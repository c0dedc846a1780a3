import type { ReactNode } from 'react';
import styles from './Facts.module.css';

/** A fact without a value is left out. */
export type Fact = [name: string, value: ReactNode];

/** Names and values, as many beside each other as fit. */
export function Facts({ label, facts }: { label: string; facts: Fact[] }) {
  return (
    <dl className={styles.facts} aria-label={label}>
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
