export { causeText } from './causes';
export { completeUrl } from './model';
export { applyChanges, useMonitors } from './queries';
export { readDetailSearch, readListSearch } from './search';
