import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const gateway = process.env.GATEWAY_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: [{ find: /^.*\/buf\/validate\/validate_pb$/, replacement: fileURLToPath(new URL("src/api/noRules.ts", import.meta.url)) }],
  },
  build: {
    manifest: true,
    target: "es2023",
    // Pages are preloaded by the router; the polyfill would be an inline script, which the CSP forbids.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  // The shared worker loads its parts as the page does.
  worker: { format: "es" },
  server: {
    host: "127.0.0.1",
    proxy: { "^/(footfall\\.v1\\.|v1/)": { target: gateway, changeOrigin: true } },
  },
  test: {
    environment: "jsdom",
    // Tests take AntD's CommonJS files, as Node does; one copy of it, not two.
    alias: [{ find: /^antd\/es\//, replacement: "antd/lib/" }],
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
    // Vitest leaves one processor to others, which is half of two.
    maxWorkers: "100%",
    testTimeout: 30_000,
  },
});
