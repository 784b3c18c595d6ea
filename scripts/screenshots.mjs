// Makes the README's screenshots: starts the built server on a free port with an empty data folder, lets two people talk, one of them through the
// console client, and writes docs/images/*.png. Run it behind `dotnet build`: npm run screenshots
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'realtimehello-screenshots-'));
const images = join(root, 'docs', 'images');
const server = spawn('dotnet', ['exec', join(root, 'Server/bin/Debug/net10.0/RealtimeHello.Server.dll'), '--urls', 'http://127.0.0.1:0', '--data', data]);

/** @returns {Promise<string>} */
const address = () => new Promise((resolve, reject) => {
  server.stdout.on('data', chunk => {
    const found = /Chat:\s+(\S+)/.exec(String(chunk));
    if (found?.[1]) resolve(found[1]);
  });
  server.on('exit', code => reject(new Error(`The server ended with ${code}. Was it built?`)));
});

/** @param {string} url @param {string} lines */
const console = (url, lines) => new Promise(resolve => {
  const client = spawn('dotnet', ['exec', join(root, 'Client.Console/bin/Debug/net10.0/realtimehello.dll'), 'chat', '--server', url, '--name', 'bob'], { env: { ...process.env, REALTIMEHELLO_HOME: data } });
  client.on('exit', resolve);
  client.stdin.end(lines);
});

/**
 * The inspector three times: the list, the browser's own connection with some seconds of plots, and the X-ray of its first post.
 * @param {import('playwright-core').BrowserContext} context @param {string} url
 */
async function openInspector(context, url) {
  const connections = await context.newPage();
  await connections.goto(`${url}inspect`);
  await connections.locator('tbody tr').first().waitFor();
  const inspector = await context.newPage();
  await inspector.goto(`${url}inspect`);
  await inspector.locator('tbody tr[data-state="open"]').first().click();
  const post = inspector.locator('.timeline .row[data-kind="invocation"]', { hasText: 'PostMessage' }).first();
  await inspector.locator('#q').fill('Hello! This message');
  await post.click();
  const address = await inspector.locator('.preview a').getAttribute('href');
  await inspector.locator('#q').fill('');
  await inspector.waitForTimeout(6000);
  const xray = await context.newPage();
  await xray.goto(`${url}inspect${address}`);
  await xray.locator('.way').waitFor();
  return [connections, inspector, xray];
}

try {
  const url = await address();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const chat = await context.newPage();
  await chat.goto(url);
  await chat.getByTestId('name-input').fill('ada');
  await chat.getByTestId('sign-in').click();
  for (const text of ['Hello! This message is one WebSocket frame.', 'See it at every layer: https://www.rfc-editor.org/rfc/rfc6455']) {
    await chat.getByTestId('composer').fill(text);
    await chat.getByTestId('composer').press('Enter');
  }
  await chat.locator('.message[data-number="2"]').waitFor();
  await console(url, 'Hello ada, from a terminal.\nThe same hub, the same layers.\n');
  await chat.locator('.message[data-number="4"]').waitFor();
  const [connections, inspector, xray] = await openInspector(context, url);
  for (const [size, width, height] of /** @type {const} */ ([['wide', 1440, 900], ['narrow', 390, 844]])) {
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      for (const [name, page] of /** @type {const} */ ([['chat', chat], ['inspector', inspector], ['inspector-connections', connections], ['xray', xray]])) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: name === 'xray' ? 1200 : height });
        await page.bringToFront();
        // Colours change smoothly.
        await page.waitForTimeout(400);
        await page.screenshot({ path: join(images, `${name}-${size}-${colorScheme}.png`) });
      }
    }
  }
  await browser.close();
} finally {
  server.kill();
  rmSync(data, { recursive: true, force: true });
}
