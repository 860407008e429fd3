import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

// The distribution's own browser: nothing is downloaded.
const browser = [process.env.ALONGSIDE_BROWSER, '/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser']
  .find((path) => path && existsSync(path))

const launchOptions = {
  executablePath: browser,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
}

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  fullyParallel: false,
  // Every journey that acts has a server and a database of its own.
  workers: 2,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  globalSetup: './setup.js',
  use: { launchOptions, actionTimeout: 30_000, navigationTimeout: 60_000, locale: 'en-GB', timezoneId: 'Europe/London', screenshot: 'only-on-failure' },
  projects: [
    { name: 'desktop', use: { viewport: { width: 1280, height: 900 } } },
    { name: 'without JavaScript', use: { viewport: { width: 1280, height: 900 }, javaScriptEnabled: false }, testMatch: /(storyboard|thread|tour|desk|plans|visits|week)\.spec/ },
    { name: 'phone', use: { viewport: { width: 320, height: 640 } }, testMatch: /(tour|desk|plans|week|storyboard)\.spec/ }
  ]
})
