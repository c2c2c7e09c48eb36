// What people do in the tests.

export const password = 'a long pass phrase';

export async function signUp(page, base, email) {
  await page.goto(`${base}/signup`);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/welcome');
}

export async function signIn(page, base, email) {
  await page.goto(`${base}/login`);
  await fillLogin(page, email);
  await page.waitForURL('**/monitors');
}

export async function fillLogin(page, email) {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
