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
  const inspector = await context.newPage();
  await inspector.goto(`${url}inspect`);
  await inspector.locator('#connections button').first().click();
  await inspector.locator('#timeline li').nth(3).click();
  await inspector.locator('#hex').waitFor();
  for (const [size, width, height] of /** @type {const} */ ([['wide', 1440, 900], ['narrow', 390, 844]])) {
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      for (const [name, page] of /** @type {const} */ ([['chat', chat], ['inspector', inspector]])) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        await page.screenshot({ path: join(images, `${name}-${size}-${colorScheme}.png`) });
      }
    }
  }
  await browser.close();
} finally {
  server.kill();
  rmSync(data, { recursive: true, force: true });
}
