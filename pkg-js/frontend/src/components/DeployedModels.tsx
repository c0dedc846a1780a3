import type { StatusReport } from '@backstage-vertex-ai/core';
import styles from './VertexAiCard.module.css';

type DeployedModel = StatusReport['deployedModels'][number];

const absent = '–';

function replicas({
  replicas: { available, min, max },
}: DeployedModel): string {
  const range = min === max ? `${min ?? absent}` : `${min}–${max}`;
  return `${available ?? absent} of ${range}`;
}

function machine({ machineType, accelerator }: DeployedModel): string {
  return [machineType, accelerator].filter(Boolean).join(', ') || absent;
}

/** What is deployed at the endpoint, most traffic first. */
export function DeployedModels({ models }: { models: DeployedModel[] }) {
  return (
    <div className={styles.scroll}>
      <table className={styles.models} aria-label="Deployed models">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Version</th>
            <th scope="col">Traffic</th>
            <th scope="col">Replicas</th>
            <th scope="col">Machine</th>
          </tr>
        </thead>
        <tbody>
          {models.map(model => (
            <tr key={model.id}>
              <th scope="row" title={model.model}>
                {model.displayName}
              </th>
              <td>{model.version ?? absent}</td>
              <td>{model.traffic} %</td>
              <td>{replicas(model)}</td>
              <td>{machine(model)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
