import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, TextField } from '@backstage/ui';
import { useState } from 'react';
import { EnvironmentSelect } from '../components/EnvironmentSelect';
import { vertexAiTranslationRef } from '../translation';
import styles from './AnnotationsField.module.css';

/** Chooses the environment that the inputs are for, or adds one. */
export function FormEnvironments(props: {
  environments: string[];
  value?: string;
  isDisabled?: boolean;
  onChange(environment?: string): void;
}) {
  const { environments, value, isDisabled, onChange } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const [name, setName] = useState('');
  const add = () => {
    onChange(name.trim());
    setName('');
  };
  return (
    <div className={styles.environments}>
      {environments.length > 0 && (
        <EnvironmentSelect
          label={t('annotationsField.environment')}
          plainLabel={t('annotationsField.allEnvironments')}
          choices={[undefined, ...environments].map(environment => ({
            environment,
          }))}
          value={value}
          onChange={onChange}
        />
      )}
      <TextField
        label={t('annotationsField.newEnvironment')}
        placeholder={t('annotationsField.example', { example: 'staging' })}
        value={name}
        onChange={setName}
        isDisabled={isDisabled}
      />
      <Button
        variant="secondary"
        isDisabled={isDisabled || name.trim() === ''}
        onPress={add}
      >
        {t('annotationsField.addEnvironment')}
      </Button>
    </div>
  );
}
