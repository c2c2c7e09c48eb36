export { kindName } from './kinds';
export { useChannels } from './queries';
