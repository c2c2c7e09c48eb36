export { useWindowNow } from './useWindowNow';
