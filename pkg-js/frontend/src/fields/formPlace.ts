import { entityParameter } from './environments';

/**
 * `ui:options` of a field: the names of the form's parameters that hold entity, environments and version.
 *
 * @public
 */
export interface FormPlace {
  /** `entity` by default. */
  entityParameter?: string;
  /** `environment` by default. */
  environmentParameter?: string;
  /** `modelVersion` by default. */
  versionParameter?: string;
  /** `VertexAiDeploymentSummary` of a promotion: the environment whose version is deployed. */
  fromParameter?: string;
}

const text = (value: unknown) =>
  typeof value === 'string' ? value : undefined;

const minutes = (value: unknown) =>
  typeof value === 'number' ? value : undefined;

/** Returns what a form says so far about the deployment. */
export function readPlace(props: {
  formContext?: { formData?: Record<string, unknown> };
  uiSchema?: { 'ui:options'?: FormPlace };
}) {
  const data = props.formContext?.formData ?? {};
  const {
    environmentParameter = 'environment',
    versionParameter = 'modelVersion',
    fromParameter,
  } = props.uiSchema?.['ui:options'] ?? {};
  return {
    entityRef: text(data[entityParameter(props.uiSchema)]),
    environment: text(data[environmentParameter]),
    modelVersion: text(data[versionParameter]),
    isPromotion: fromParameter !== undefined,
    from: fromParameter && text(data[fromParameter]),
    setAlias: text(data.setAlias) || undefined,
    removePreviousAfterMinutes: minutes(data.removePreviousAfterMinutes),
  };
}
