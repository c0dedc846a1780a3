import type { AnnotationKey, Diagnostic } from '@backstage-vertex-ai/core';
import { Button, Flex, Text, TextField } from '@backstage/ui';

const WORD = { error: 'Error', warning: 'Warning', info: 'Note' } as const;

/** What stands behind the last `vertex-ai-`, for people: `machine-type` → `Machine type`. */
function label(key: string): string {
  const name = key.replace(/^.*\/vertex-ai-/, '').replaceAll('-', ' ');
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** One annotation, and what is wrong with it as soon as it is typed. */
export function AnnotationInput(props: {
  annotation: AnnotationKey;
  value: string;
  findings: Diagnostic[];
  isDisabled?: boolean;
  onChange(value: string): void;
}) {
  const { annotation, findings, value, onChange } = props;
  return (
    <div>
      <TextField
        label={label(annotation.key)}
        description={annotation.meaning}
        placeholder={annotation.example}
        value={value}
        onChange={onChange}
        isDisabled={props.isDisabled}
        // The form asks `validateAnnotations`; by itself the browser would stop it without a word.
        validationBehavior="aria"
        isInvalid={findings.some(({ severity }) => severity === 'error')}
      />
      <div aria-live="polite">
        {findings.map((finding, index) => (
          <Flex key={`${finding.code} ${index}`} align="center" gap="2">
            <Text
              as="p"
              variant="body-small"
              color={finding.severity === 'error' ? 'danger' : 'warning'}
            >
              <strong>{WORD[finding.severity]}:</strong> {finding.message}
              {finding.help && ` — ${finding.help}`} ({finding.code})
            </Text>
            {finding.fix?.edits
              .filter(edit => edit.annotation === annotation.key)
              .map(({ value: fixed }) =>
                fixed === undefined ? null : (
                  <Button
                    key={fixed}
                    variant="secondary"
                    size="small"
                    onPress={() => onChange(fixed)}
                  >
                    {`Write ${fixed}`}
                  </Button>
                ),
              )}
          </Flex>
        ))}
      </div>
    </div>
  );
}
