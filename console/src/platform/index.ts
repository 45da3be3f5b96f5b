/** Picks the platform: the desktop shell, or fixtures in the browser preview. */
import { createTauriPlatform } from './tauri';
import type { Platform } from './types';

export * from './types';

/** The platform this page runs on. `__FIXTURES__` is a build constant: the branch does not exist in the shipped bundle. */
export async function loadPlatform(): Promise<Platform> {
  if (__FIXTURES__ && !('__TAURI_INTERNALS__' in window)) {
    const { createPreviewPlatform } = await import('./memory');
    return createPreviewPlatform(window.location.search);
  }
  return createTauriPlatform();
}
