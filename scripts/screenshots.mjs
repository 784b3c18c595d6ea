// Makes the README's screenshots: starts the built server on a free port with an empty data folder, lets two people talk, one of them through the
// console client, and writes docs/images/*.png. Run it behind `dotnet build`: npm run screenshots
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { inspectorViews } from './inspector-pictures.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'realtimehello-screenshots-'));
const images = join(root, 'docs', 'images');
const server = spawn('dotnet', ['exec', join(root, 'Server/bin/Debug/net10.0/RealtimeHello.Server.dll'), '--environment', 'Development', '--urls', 'http://127.0.0.1:0', '--data', data]);

/** @returns {Promise<[string, string]>} the chat's address, and the inspector's sign-in link */
const addresses = () => new Promise((resolve, reject) => {
  let printed = '';
  server.stdout.on('data', chunk => {
    printed = (printed + String(chunk)).slice(0, 10_000);
    const found = /Chat:\s+(\S+)\s+Inspector:\s+(\S+)\s/.exec(printed);
    if (found?.[1] && found[2]) resolve([found[1], found[2]]);
  });
  server.on('exit', code => reject(new Error(`The server ended with ${code}. Was it built?`)));
});

/** @param {string} url @param {string} lines */
const console = (url, lines) => new Promise(resolve => {
  const client = spawn('dotnet', ['exec', join(root, 'Client.Console/bin/Debug/net10.0/realtimehello.dll'), 'chat', '--server', url, '--name', 'bob'], { env: { ...process.env, REALTIMEHELLO_HOME: data } });
  client.on('exit', resolve);
  client.stdin.end(lines);
});

try {
  const [url, signIn] = await addresses();
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
  const more = ['Watch this go by, layer by layer.', 'One hub call, one frame.', 'And its answer comes back.', 'Seven layers, one hello.'];
  const views = await inspectorViews(browser, url, signIn, async () => {
    await chat.getByTestId('composer').fill(more.shift() ?? 'Once more.');
    await chat.getByTestId('composer').press('Enter');
  });
  const hello = await context.newPage();
  await hello.goto(`${url}hello`);
  await hello.getByTestId('connect').click();
  await hello.locator('[data-testid="state"][data-state="open"]').waitFor();
  await hello.getByTestId('send').click();
  await hello.locator('#events .event').nth(6).waitFor();
  for (const [size, width, height] of /** @type {const} */ ([['wide', 1440, 900], ['narrow', 390, 844]])) {
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      for (const [name, page] of /** @type {[string, import('playwright-core').Page][]} */ ([['chat', chat], ...views, ['hello', hello]])) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: name === 'xray' || name === 'hello' ? 1200 : height });
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
