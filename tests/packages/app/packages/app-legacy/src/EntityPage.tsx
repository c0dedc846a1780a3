import {
  EntityAboutCard,
  EntityLayout,
  EntitySwitch,
} from '@backstage/plugin-catalog';
import {
  EntityVertexAiAccessCard,
  EntityVertexAiCard,
  EntityVertexAiContent,
  isVertexAiAvailable,
} from '@backstage-vertex-ai/plugin-vertex-ai/legacy';
import Grid from '@material-ui/core/Grid';

export const entityPage = (
  <EntityLayout>
    <EntityLayout.Route path="/" title="Overview">
      <Grid container spacing={3}>
        <Grid item md={6}>
          <EntityAboutCard />
        </Grid>
        <EntitySwitch>
          <EntitySwitch.Case if={isVertexAiAvailable}>
            <Grid item md={6}>
              <EntityVertexAiCard />
            </Grid>
            <Grid item md={6}>
              <EntityVertexAiAccessCard />
            </Grid>
          </EntitySwitch.Case>
        </EntitySwitch>
      </Grid>
    </EntityLayout.Route>
    <EntityLayout.Route
      path="/vertex-ai"
      title="Vertex AI"
      if={isVertexAiAvailable}
    >
      <EntityVertexAiContent />
    </EntityLayout.Route>
  </EntityLayout>
);
