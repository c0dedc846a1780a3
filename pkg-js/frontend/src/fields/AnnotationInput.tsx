import type { Diagnostic, OfferedAnnotation } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Flex, Text, TextAreaField, TextField } from '@backstage/ui';
import { useEffect, useId, useRef } from 'react';
import { CodeLink } from '../components/CodeLink';
import { plainText, Prose } from '../components/Prose';
import styles from '../components/VertexAiCard.module.css';
import { vertexAiTranslationRef } from '../translation';

/** A fragment as a sentence. */
const capitalize = (text: string) =>
  text.charAt(0).toUpperCase() + text.slice(1);

/** An input for one annotation, with the findings about its value. */
export function AnnotationInput(props: {
  annotation: OfferedAnnotation;
  value: string;
  /** The value of all environments, which applies where this one is empty. */
  shared?: string;
  findings: Diagnostic[];
  isDisabled?: boolean;
  onChange(value: string): void;
}) {
  const { annotation, findings, value, shared, onChange } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const input = useRef<HTMLDivElement>(null);
  const choicesId = useId();
  const { choices } = annotation;
  const hasChoices = choices.length > 0;
  const Field = annotation.lines ? TextAreaField : TextField;
  // The text field of Backstage UI has no property for the browser's list of choices.
  useEffect(() => {
    const element = input.current?.querySelector('input');
    if (hasChoices) element?.setAttribute('list', choicesId);
    else element?.removeAttribute('list');
  }, [choicesId, hasChoices]);
  return (
    <div className={styles.input} ref={input}>
      <Field
        label={annotation.title}
        isRequired={annotation.required}
        secondaryLabel={
          annotation.required ? t('annotationsField.required') : undefined
        }
        description={capitalize(plainText(annotation.meaning))}
        placeholder={
          shared === undefined
            ? t('annotationsField.example', { example: annotation.example })
            : t('annotationsField.shared', { value: shared })
        }
        value={value}
        onChange={onChange}
        isDisabled={props.isDisabled}
        // `validateAnnotations` blocks the form. Native validation would block it without a message.
        validationBehavior="aria"
        isInvalid={findings.some(({ severity }) => severity === 'error')}
      />
      <datalist id={choicesId}>
        {choices.map(choice => (
          <option key={choice} value={choice} />
        ))}
      </datalist>
      <div aria-live="polite">
        {findings.map(({ code, url, severity, message, help, fix }, index) => (
          <Flex
            key={`${code} ${index}`}
            direction="column"
            align="start"
            gap="1"
          >
            <Text
              as="p"
              variant="body-small"
              className={styles.finding}
              data-severity={severity}
            >
              <strong>{t(`severity.${severity}`)}:</strong>{' '}
              <Prose text={help ? `${message} — ${help}` : message} /> (
              <CodeLink name={code} url={url} />)
            </Text>
            {fix?.edits
              .filter(edit => edit.annotation === annotation.key)
              .map(({ value: fixed }) =>
                fixed === undefined ? null : (
                  <Button
                    key={fixed}
                    variant="secondary"
                    size="small"
                    onPress={() => onChange(fixed)}
                  >
                    {t('annotationsField.use', { value: fixed })}
                  </Button>
                ),
              )}
          </Flex>
        ))}
      </div>
    </div>
  );
}
