/** Vitest setup of the GPU tests: Dawn in Node. A run that finds no adapter FAILS; it never skips. */
import { existsSync } from 'node:fs';
import { afterAll } from 'vitest';
import { openTestGpu, releaseTestDevice } from './device';

const LAVAPIPE = '/usr/share/vulkan/icd.d/lvp_icd.json';
if (!process.env.VK_DRIVER_FILES && existsSync(LAVAPIPE)) process.env.VK_DRIVER_FILES = LAVAPIPE;

if (!(await openTestGpu().requestAdapter()))
  throw new Error(
    'GPU tests need a Vulkan driver and found none. Without a GPU install lavapipe (Mesa 23 or newer: ' +
      'Debian backports, mesa-vulkan-drivers) and set VK_DRIVER_FILES to its lvp_icd.json.',
  );

afterAll(releaseTestDevice);
