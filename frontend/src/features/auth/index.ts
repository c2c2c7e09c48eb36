export { ForgotPage } from './ForgotPage';
export { LoginPage } from './LoginPage';
export { ResetPage } from './ResetPage';
export { SignupPage } from './SignupPage';
