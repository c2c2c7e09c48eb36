export { bulkChannel } from './api';
export { causeText } from './causes';
export { Phases as PhaseBar } from './components/Phases';
export { allTags, completeUrl } from './model';
export { applyChanges, useDownCount, useMonitors } from './queries';
