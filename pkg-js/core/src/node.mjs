// Node, whole: loaded from disk at first use.
import * as bindings from '../dist/generated/server/core.cjs';
import { common, createFacade, server } from './facade.mjs';

const facade = createFacade(() => bindings, { sync: true });

export const { init, version, annotations, validate, status } = common(facade);
export const {
  Checker,
  Gate,
  deploy,
  iamApply,
  iamPam,
  iamCompare,
  iamPlan,
  iamVerify,
  plan,
} = server(facade);
