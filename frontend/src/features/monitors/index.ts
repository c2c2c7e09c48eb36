export { causeText } from './causes';
export { allTags, completeUrl } from './model';
export { applyChanges, useMonitors } from './queries';
export { readDetailSearch, readListSearch } from './search';
