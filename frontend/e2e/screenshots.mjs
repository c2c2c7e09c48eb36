// The page as it is, as tall as it needs to be.

const tallest = 1600;

export async function photograph(page, format, quality) {
  const { width } = page.viewportSize();
  const height = await page.evaluate(() => {
    scrollTo(0, 0);
    return document.documentElement.scrollHeight;
  });
  await page.setViewportSize({ width, height: Math.min(Math.max(height, 800), tallest) });
  await page.waitForTimeout(150);

  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format, quality });
  await session.detach();
  await page.setViewportSize({ width, height: 800 });
  return Buffer.from(data, 'base64');
}
