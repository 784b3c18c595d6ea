// The inspector's views, ready to be pictured: the list, one connection with some seconds of plots, the X-ray of a post, and the way of it.

/**
 * Connections of all kinds: refused, closed, a bare WebSocket.
 * @param {import('playwright-core').Browser} browser @param {string} url
 */
async function connectSome(browser, url) {
  const socket = url.replace(/^http/, 'ws');
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(`${url}healthz`);
  // Nobody is signed in here: refused, and a page that is left without a goodbye of SignalR's.
  await stranger.evaluate(address => new Promise(done => { new WebSocket(`${address}chat`).onclose = done; }), socket);
  await stranger.evaluate(address => new Promise(done => {
    const hello = new WebSocket(`${address}hello`);
    hello.onopen = () => hello.send('hello');
    hello.onmessage = () => hello.close(3000, 'seen enough');
    hello.onclose = done;
  }), socket);
  // One more who is here, and gets what is posted.
  const chatter = await (await browser.newContext()).newPage();
  await chatter.goto(url);
  await chatter.getByTestId('name-input').fill('grace');
  await chatter.getByTestId('sign-in').click();
  await chatter.getByTestId('composer').fill('Just looking in.');
  await chatter.getByTestId('composer').press('Enter');
  await chatter.locator('.message').last().waitFor();
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url the chat's address
 * @param {string} signIn the operator's link
 * @param {() => Promise<void>} post posts a message as ada
 * @returns {Promise<[string, import('playwright-core').Page][]>} names of pictures, and the pages to picture
 */
export async function inspectorViews(browser, url, signIn, post) {
  await connectSome(browser, url);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const connections = await context.newPage();
  await connections.goto(signIn);
  await connections.locator('tbody tr').nth(3).waitFor();

  const connection = await context.newPage();
  await connection.goto(`${url}inspect#connections?user=ada&state=open`);
  await connection.locator('tbody tr').first().click();
  await connection.locator('.plot canvas').first().waitFor();
  // Something to plot.
  for (let second = 0; second < 12; second++) {
    if (second % 3 === 1) await post();
    await connection.waitForTimeout(1000);
  }
  const row = connection.locator('.timeline .row[data-kind="invocation"]', { hasText: 'PostMessage' }).last();
  await row.click();
  const address = await connection.locator('.preview a').getAttribute('href');

  const xray = await context.newPage();
  await xray.goto(`${url}inspect${address}`);
  await xray.locator('.way').waitFor();
  const id = await xray.locator('.rung.picked .values pre').nth(1).innerText();
  const way = await context.newPage();
  await way.goto(`${url}inspect#find=${id.replaceAll('"', '')}`);
  await way.locator('.way').waitFor();
  return [['inspector-connections', connections], ['inspector', connection], ['xray', xray], ['inspector-way', way]];
}
