// The console's own TypeScript for the tools of this folder: this Node does not read it by itself.
import { createServer } from "vite";

/** Opens the sources; `load` takes a path from webui, such as "/e2e/fake/core.ts". */
export async function openSources() {
  const vite = await createServer({
    configFile: false,
    root: new URL("..", import.meta.url).pathname,
    appType: "custom",
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    logLevel: "error",
  });
  return { load: (path) => vite.ssrLoadModule(path), close: () => vite.close() };
}
