import type {
  AnnotationGroup as Group,
  Diagnostic,
  OfferedAnnotation,
} from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useState } from 'react';
import { vertexAiTranslationRef } from '../translation';
import { AnnotationInput } from './AnnotationInput';
import styles from './AnnotationsField.module.css';
import type { Annotations } from './checkAnnotations';
import { keyIn } from './formEnvironments';

const isAbout = (finding: Diagnostic, key: string) =>
  finding.where?.path === `metadata.annotations["${key}"]`;

/** The inputs of a group, for an environment or for all of them. */
export function AnnotationGroup(props: {
  group: Group;
  keys: OfferedAnnotation[];
  values: Annotations;
  environment?: string;
  /** Whether the required inputs are marked. */
  isComplete: boolean;
  findings: Diagnostic[];
  isDisabled?: boolean;
  onChange(key: string, value: string): void;
}) {
  const { group, keys, values, environment, findings, onChange } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const [isOpen, setOpen] = useState<boolean>();
  const input = (annotation: OfferedAnnotation) => {
    const key = keyIn(annotation.key, environment);
    const shared =
      environment === undefined ? undefined : values[annotation.key];
    return (
      <AnnotationInput
        key={key}
        annotation={{
          ...annotation,
          key,
          required:
            annotation.required && props.isComplete && shared === undefined,
        }}
        shared={shared}
        value={values[key] ?? ''}
        findings={findings.filter(finding => isAbout(finding, key))}
        isDisabled={props.isDisabled}
        onChange={value => onChange(key, value)}
      />
    );
  };
  const others = keys.filter(({ common }) => !common);
  // What has a value or a finding is not hidden at first.
  const isUsed = others
    .map(annotation => keyIn(annotation.key, environment))
    .some(key => values[key] || findings.some(it => isAbout(it, key)));
  return (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>
        {t(`annotationsField.group.${group}`)}
      </legend>
      <div className={styles.inputs}>
        {keys.filter(({ common }) => common).map(input)}
      </div>
      {others.length > 0 && (
        <details
          className={styles.others}
          open={isOpen ?? isUsed}
          onToggle={event => setOpen(event.currentTarget.open)}
        >
          <summary>
            {t('annotationsField.others', { count: others.length })}
          </summary>
          <div className={styles.inputs}>{others.map(input)}</div>
        </details>
      )}
    </fieldset>
  );
}
