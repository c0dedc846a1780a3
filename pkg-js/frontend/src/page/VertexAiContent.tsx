import { stringifyEntityRef } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import { Route, Routes, useParams } from 'react-router-dom';
import { DeploymentPage } from './DeploymentPage';
import { OverviewPage } from './OverviewPage';

/** The tab *Vertex AI* of an entity page: the state and the deployments of an entity, and a page for each deployment. */
export function VertexAiContent() {
  const { entity } = useEntity();
  // The key keeps what belongs to one entity from showing on the page of another.
  const key = stringifyEntityRef(entity);
  return (
    <Routes key={key}>
      <Route path="/" element={<OverviewPage entity={entity} />} />
      <Route path="/deployments/:id" element={<OneDeployment />} />
    </Routes>
  );
}

function OneDeployment() {
  const { id } = useParams();
  return <DeploymentPage key={id} id={id!} />;
}
